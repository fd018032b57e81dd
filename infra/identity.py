"""Identity: who the users are, and the one client that may sign them in."""

from typing import Any

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.settings import Settings

# The scope in the access token of every user who signed in by the API of the pool.
SIGNED_IN_SCOPE = "aws.cognito.signin.user.admin"


class Identity(Construct):
    """A pool of users by e-mail address, and its client.

    The client has a secret, which only the auth function reads: without it, anybody could call
    Cognito directly and go around our API and its limits.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self.pool = cognito.UserPool(
            self,
            "Users",
            self_sign_up_enabled=True,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            standard_attributes=cognito.StandardAttributes(
                # Whoever holds a token may ask Cognito to change what is mutable, without us: by
                # another address, and then a new password, an account would be theirs for good.
                email=cognito.StandardAttribute(required=True, mutable=False),
                fullname=cognito.StandardAttribute(required=False, mutable=True),
            ),
            # darkroom/identity.py says the same, before Cognito is asked.
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=False,
                temp_password_validity=Duration.days(1),
            ),
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            **_threat_protection(settings),
            deletion_protection=settings.protect_data,
            removal_policy=(
                RemovalPolicy.RETAIN if settings.retain_data else RemovalPolicy.DESTROY
            ),
        )
        self.client = self._client()
        cognito.CfnUserPoolGroup(
            self,
            "Admins",
            user_pool_id=self.pool.user_pool_id,
            group_name="admin",
            description="May see anybody's images, their histories and what they amount to",
        )

    def _client(self) -> cognito.UserPoolClient:
        client = self.pool.add_client(
            "Api",
            generate_secret=True,
            auth_flows=cognito.AuthFlow(admin_user_password=True),
            disable_o_auth=True,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            # Threat protection looks at where users come from, which only our function knows.
            enable_propagate_additional_user_context_data=True,
            access_token_validity=Duration.minutes(15),
            id_token_validity=Duration.minutes(15),
            refresh_token_validity=Duration.days(30),
            refresh_token_rotation_grace_period=Duration.seconds(60),
        )
        resource = client.node.default_child
        if not isinstance(resource, cognito.CfnUserPoolClient):
            raise TypeError("The client of the user pool is no AWS::Cognito::UserPoolClient")
        # CDK adds ALLOW_REFRESH_TOKEN_AUTH to any list; it must not be there where refresh tokens
        # rotate: they are exchanged by GetTokensFromRefreshToken.
        resource.explicit_auth_flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
        return client


def _threat_protection(settings: Settings) -> dict[str, Any]:
    """Have Cognito refuse sign-ins that look stolen, and passwords that are known elsewhere.

    It takes the plan Plus, which costs by the user and month: docs/costs.md.
    """
    if not settings.threat_protection:
        return {}
    return {
        "feature_plan": cognito.FeaturePlan.PLUS,
        "standard_threat_protection_mode": cognito.StandardThreatProtectionMode.FULL_FUNCTION,
    }
