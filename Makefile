# Bilayer. `make demo` shows what it does; `make test` runs every test. Both install what is missing.

SWIFT ?= swift
SOURCES = Package.swift Sources Tests TestSupport Benchmarks Fuzzing/Package.swift Fuzzing/Sources

.PHONY: demo test fuzz bench validate validate-cluster model build lint format packages engine checks

# The whole pipeline on a simulated tomogram.
demo: packages engine build
	sh Scripts/demo.sh

test: packages engine checks lint build
	BILAYER_REQUIRE_ENGINE=1 SWIFT="$(SWIFT)" sh Scripts/run-tests.sh

# Bytes that no program wrote, for every reader of files: a minute each.
fuzz: packages
	sh Scripts/fuzz.sh

# Voxels per second and peak memory of each stage.
bench: packages engine
	$(SWIFT) build -c release --product bilayer-bench
	.build/release/bilayer-bench

# Slurm on virtual nodes of this machine and ranks of MPI, as root, in a quarter of an hour: workers,
# nodes and ranks are lost, and what comes out has the bytes of an undisturbed run.
validate-cluster: packages engine build
	sh Scripts/install-packages.sh slurm-wlm mpich libmpich-dev openmpi-bin libopenmpi-dev
	sh Scripts/validate-workers.sh
	sh Scripts/validate-slurm.sh
	sh Scripts/validate-slurm-mpi.sh
	sh Scripts/validate-mpi.sh

# Scores of the shipped model on unseen and on foreign data. Beside them are validate-memory.sh, which needs
# root, and validate-classes.sh, validate-curvature.sh, validate-outputs.sh, validate-real-surfaces.sh and the
# other parts of validate-separation.sh, which need Python packages that each names.
validate: packages engine build
	sh Scripts/validate.sh
	sh Scripts/validate-surfaces.sh
	sh Scripts/validate-analytic.sh
	sh Scripts/validate-halves.sh
	sh Scripts/validate-thickness.sh
	sh Scripts/validate-strangers.sh
	TOMOGRAM=1 sh Scripts/validate-gaps.sh none closing tensor-voting minimal-path judged-path merging tracer learned
	sh Scripts/validate-em.sh
	sh Scripts/validate-kills.sh
	sh Scripts/validate-bridges.sh
	sh Scripts/validate-separation.sh predicted
	sh Scripts/validate-few-sections.sh
	sh Scripts/validate-cohort.sh

# Makes the shipped models anew: minutes on a GPU, a day on two cores.
model: packages engine build
	sh Scripts/train-models.sh
	sh Scripts/train-tracer.sh

build:
	$(SWIFT) build -c release --product bilayer

lint:
	sh Scripts/check-layers.sh
	$(SWIFT) format lint --strict --recursive $(SOURCES)

format:
	$(SWIFT) format --in-place --recursive $(SOURCES)

packages:
	sh Scripts/install-packages.sh

engine:
	sh Scripts/install-engine.sh

# mrcfile and numpy, which tests compare our files with.
checks:
	sh Scripts/install-checks.sh
