"""The runner: carries out a plan on one image. The only part of `darkroom` that runs steps."""
