# Bilayer: `make test` installs what is missing, builds, and runs every test.

SWIFT ?= swift
SOURCES = Package.swift Sources Tests

.PHONY: test lint format packages

test: packages lint
	$(SWIFT) test

lint:
	sh Scripts/check-layers.sh
	$(SWIFT) format lint --strict --recursive $(SOURCES)

format:
	$(SWIFT) format --in-place --recursive $(SOURCES)

packages:
	sh Scripts/install-packages.sh
