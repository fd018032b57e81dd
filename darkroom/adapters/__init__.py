"""Adapters: the protocols of the platform, over AWS and in memory."""
