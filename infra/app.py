"""The CDK app, as cdk.json runs it: `cdk synth --context env=dev`."""

import sys

from aws_cdk import App

from infra.acknowledged import entries, guard
from infra.assets import HERE, LAMBDA, AssetError, build_assets
from infra.environments import settings_for
from infra.pipelines import compiled_pipeline, plan_path
from infra.stacks import add_stacks


def main() -> int:
    """Synthesise the environment of the context `env` (local, dev or prod; dev if not given)."""
    app = App()
    try:
        settings = settings_for(app.node.try_get_context("env") or "dev")
        name = app.node.try_get_context("pipeline")
        compiled = compiled_pipeline(name, settings.environment)
        target = LAMBDA if settings.assets_for_lambda else HERE
        assets = build_assets(
            plan_path(compiled),
            compiled.PACKAGES,
            target=target,
            signs_links=bool(settings.cdn_keys),
        )
        add_stacks(app, settings=settings, compiled=compiled, assets=assets)
        guard(app, entries())
    except (ValueError, LookupError, AssetError) as mistake:
        sys.stderr.write(f"darkroom: {mistake}\n")
        return 1
    try:
        app.synth()
    except RuntimeError as refused:
        if "ValidationFailed" not in str(refused):
            raise
        sys.stderr.write(
            f"{refused}\ndarkroom: cdk-nag has found what is above. Mend it, or say in"
            " infra/acknowledged.yaml why it stays as it is.\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
