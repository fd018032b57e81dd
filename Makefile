# Darkroom. `make demo` and `make test` set up all that they need.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
PIPELINE ?= pipeline.yaml
ENV ?=
PHOTO ?=
PHOTOS ?=
OLD ?=
NAME ?=

BIN := .venv/bin
PY := $(BIN)/python
# By the environment, and as it was given: a file's name is no part of a shell's command, nor of
# make's own language, where a$b is one letter and what $b stands for.
override PHOTO := $(value PHOTO)
override PHOTOS := $(value PHOTOS)
export PHOTO PHOTOS PIPELINE NAME
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help setup demo up down process test storm generate explain diff diff-local golden new-step docs check synth package deploy rollback diff-aws destroy cdn-key to-aws doctor lock bench ci clean

help: ## explain every target
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .stamps/python .stamps/ministack .stamps/node ## install everything, from hashed locks, into .venv .local node_modules

# Of steps that bring packages of their own: one lock each, which `make lock` writes.
STEP_LOCKS := $(wildcard requirements/steps/*.txt)

.stamps/python: requirements/dev.txt requirements/bootstrap.txt $(STEP_LOCKS)
	@echo "Setting up Python packages in .venv (once; about a minute)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Darkroom needs Python 3.11 or newer: make PYTHON=python3.12")'
	@$(PY) -m pip --version >/dev/null 2>&1 || { rm -rf .venv && $(PYTHON) -m venv .venv; }
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(BIN)/uv pip sync --quiet --python $(PY) --require-hashes requirements/dev.txt $(STEP_LOCKS)
	@mkdir -p .stamps && touch $@

.stamps/ministack: requirements/ministack.txt .stamps/python
	@echo "Setting up the embedded cloud in .local/ministack"
	@test -x .local/ministack/bin/python || $(PY) -m venv --without-pip .local/ministack
	@$(BIN)/uv pip sync --quiet --python .local/ministack/bin/python --require-hashes requirements/ministack.txt
	@mkdir -p .stamps && touch $@

.stamps/checkov: requirements/checkov.txt .stamps/python
	@echo "Setting up checkov, which looks at templates, in .local/checkov"
	@test -x .local/checkov/bin/python || $(PY) -m venv --without-pip .local/checkov
	@$(BIN)/uv pip sync --quiet --python .local/checkov/bin/python --require-hashes requirements/checkov.txt
	@mkdir -p .stamps && touch $@

.stamps/node: package-lock.json .stamps/python
	@echo "Setting up the CDK command line and validators of state machines in node_modules"
	@$(BIN)/npm ci --silent --no-audit --no-fund
	@mkdir -p .stamps && touch $@

.stamps/bench: bench/package-lock.json .stamps/python
	@echo "Setting up sharp, to measure against, in bench/node_modules"
	@$(BIN)/npm ci --prefix bench --silent --no-audit --no-fund
	@mkdir -p .stamps && touch $@

demo: setup generate ## run the whole platform on this machine with one picture: make demo PHOTO=photo.jpg
	@$(PY) -m darkroom demo $(if $(PHOTO),"$$PHOTO")

up: setup generate ## start the embedded cloud, deploy to it, and leave it running
	@$(PY) -m darkroom up

down: .stamps/python ## stop the embedded cloud that `make up` started
	@$(PY) -m darkroom down

process: .stamps/python ## run the pipeline on PHOTO=file or folder, without any cloud
	@test -n "$$PHOTO" || { echo "Say what to process: make process PHOTO=photo.jpg" >&2; exit 2; }
	@$(PY) -m darkroom process "$$PHOTO" $(if $(ENV),--env $(ENV))

test: setup ## run all tests, those on the embedded cloud included
	@$(PY) -m pytest --numprocesses auto --dist loadscope --no-loadscope-reorder

storm: setup ## take 200 uploads, each announced twice, through stages that keep dying: STORM_UPLOADS=number
	@$(PY) -m pytest -q tests/e2e/storm.py --timeout 3600

generate: .stamps/python ## compile pipeline.yaml into generated/; REPLACE=yes: of another name
	@$(PY) -m dsl generate "$$PIPELINE" $(if $(REPLACE),--replace)

explain: .stamps/python ## tell what the pipeline does, what a million images cost, and why
	@$(PY) -m dsl cost "$$PIPELINE" $(if $(ENV),--env $(ENV))

diff: .stamps/python ## tell what changed since `make generate`, step by step, and its cost: make diff OLD=file
	@$(PY) -m dsl diff $(or $(OLD),$(wildcard generated/*/$(if $(ENV),$(ENV)/)plan.json)) "$$PIPELINE" $(if $(ENV),--env $(ENV)) || test $$? -eq 4

diff-local: .stamps/python ## tell in what the embedded cloud differs from AWS, and why
	@$(PY) -m infra.diff_local

golden: .stamps/python ## rewrite the golden files of tests; read the diff before you commit it
	@$(PY) -m pytest -q tests/dsl tests/examples --golden

new-step: .stamps/python ## begin a step, with its test, to edit: make new-step NAME=soft_glow
	@$(PY) -m steps.testing.new "$$NAME"

docs: setup ## write openapi.json, docs/steps, docs/codes.md, docs/events.md and the dashboard's picture of the code
	@$(PY) -m darkroom.contract
	@$(PY) -m pytest -q tests/docs/test_step_pages.py tests/docs/test_code_page.py tests/docs/test_event_page.py tests/infra/test_dashboard.py --golden

check: setup .stamps/checkov ## format, lint, types, imports, drift of generated/ and openapi.json, linters of templates
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(PY) -m pytest -q tests/test_imports.py
	@$(PY) -m dsl generate --check "$$PIPELINE"
	@$(PY) -m darkroom.contract --check
	@$(PY) -m infra.lint

synth: setup ## write the CloudFormation of ENV=local|dev|prod to cdk.out
	@$(BIN)/npx cdk synth --quiet --context env=$(or $(ENV),dev)

package: setup ## build what functions run on AWS, and print how large it is and how fast it starts
	@$(PY) -m infra.package

deploy: to-aws setup generate ## show what changes on AWS, ask where rights grow, and deploy: make deploy ENV=dev|prod
	@$(PY) -m infra.preflight $(ENV)
	@$(BIN)/npx cdk diff --all --context env=$(ENV)
	@$(BIN)/npx cdk deploy --all --context env=$(ENV) --require-approval $(or $(APPROVE),broadening) --outputs-file cdk.out/outputs.json

rollback: to-aws .stamps/python ## have the release before this one live again: make rollback ENV=prod, TO=version
	@$(PY) -m infra.rollback $(ENV) $(if $(TO),--to "$(TO)")

diff-aws: to-aws setup ## tell what a deployment would change on AWS: make diff-aws ENV=dev|prod
	@$(BIN)/npx cdk diff --all --context env=$(ENV)

destroy: to-aws setup ## remove the app of ENV from AWS, data stay; DATA=ENV, said twice: the data's stack as well
	@test -z "$(DATA)" || test "$(DATA)" = "$(ENV)" || { echo "DATA is to name $(ENV) a second time." >&2; exit 2; }
	@$(BIN)/npx cdk destroy darkroom-$(ENV)-app $(if $(DATA),darkroom-$(ENV)-data) --context env=$(ENV)

cdn-key: to-aws .stamps/python ## make a key that signs links to the CDN, and keep its private half in AWS
	@$(PY) -m infra.cdn_keys $(ENV)

to-aws:
	@case "$(ENV)" in dev|prod) ;; *) echo "Say where: make $(firstword $(MAKECMDGOALS)) ENV=dev, or ENV=prod. For this machine: make up, make down." >&2; exit 2 ;; esac

bench: .stamps/bench ## measure beside sharp, pyvips and Pillow, and draw out/bench.png: make bench PHOTOS=folder
	@$(PY) -m bench $(if $(PHOTOS),--photos "$$PHOTOS")

doctor: .stamps/python ## say what is missing on this machine, with the cure; ENV=dev|prod: and in its account
	@$(PY) -m darkroom doctor
	@$(if $(ENV),$(PY) -m infra.preflight $(ENV))

lock: .stamps/python ## resolve requirements/*.in and what steps require into hashed, address-free locks, and install them
	@for name in bootstrap api cdn stage dev ministack checkov; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	    --no-header --no-emit-index-url requirements/$$name.in -o requirements/$$name.txt || exit 1; done
	@$(PY) -m dsl lock
	@$(MAKE) --no-print-directory .stamps/python

ci: ## exactly what CI runs
	@bash .ci/run

clean: ## remove what setup and runs made
	@test ! -x $(PY) || $(PY) -m darkroom down
	@rm -rf .stamps .venv .local node_modules bench/node_modules cdk.out out
