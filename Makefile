# Bilayer: `make test` installs what is missing, builds, and runs every test.

SWIFT ?= swift
SOURCES = Package.swift Sources Tests TestSupport

.PHONY: test engine checks lint format packages

test: packages engine checks lint
	BILAYER_REQUIRE_ENGINE=1 $(SWIFT) test

lint:
	sh Scripts/check-layers.sh
	$(SWIFT) format lint --strict --recursive $(SOURCES)

format:
	$(SWIFT) format --in-place --recursive $(SOURCES)

packages:
	sh Scripts/install-packages.sh

engine:
	sh Scripts/install-engine.sh

checks:
	sh Scripts/install-checks.sh
