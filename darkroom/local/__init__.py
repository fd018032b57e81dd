"""The platform on one machine: an embedded cloud as a child process, and deploying to it."""
