.PHONY: setup verify test

setup: .venv/.setup

.venv/bin/uv:
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet uv

.venv/.setup: .venv/bin/uv requirements/dev.txt pyproject.toml
	.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements/dev.txt
	.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
	touch $@

verify: setup
	.venv/bin/python -m tests.verify $(if $(TIER),--tier $(TIER))

test: setup
	.venv/bin/python -m tests.verify --quick
