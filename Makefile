# SPDX-License-Identifier: GPL-2.0-only
#
# make help lists what there is.
#
# Kbuild is for the kernel's build system, which reads it in preference to this.

VERSION := 0.1
KERNELS := 6.1 6.12
PREFIX  ?= /usr
KRELEASE ?= $(shell uname -r)

ifneq ($(KERNEL),)
KERNELS := $(KERNEL)
endif

build := $(CURDIR)/build
qemu  := selftests/qemu

# A module is built where its objects do not meet those for another kernel, by one
# make at a time.
# $(call build_module,NAME,KDIR[,ARGS])
define build_module
	@mkdir -p $(build)/kernel-$(1)/kernel
	+@flock $(build)/kernel-$(1) sh -ec ' \
		find $(build)/kernel-$(1) -xtype l -delete; \
		ln -sfn $(CURDIR)/Kbuild $(build)/kernel-$(1)/Kbuild; \
		ln -sfn $(CURDIR)/uapi $(build)/kernel-$(1)/uapi; \
		ln -sf $(CURDIR)/kernel/*.[ch] $(build)/kernel-$(1)/kernel/; \
		$(MAKE) -s -C $(2) M=$(build)/kernel-$(1) $(3) $(or $(GOAL),modules)'
endef

all: tools modules

ifneq ($(KDIR),)
modules:
	$(call build_module,$(shell $(MAKE) -s -C $(KDIR) kernelrelease),$(KDIR))
else
modules: $(addprefix module-,$(KERNELS))
endif

module-debug module-kcsan: module-%:
	@dir=$$($(qemu)/debug-kernel.sh $*) && \
		$(MAKE) --no-print-directory module-for NAME=$* TREE=$$dir/build \
		FLAGS=CONFIG_FMIP_KUNIT_TEST=m

# Debian's headers for 6.1 lack what BTF is made from.
module-%:
	@kver=$$($(qemu)/kernel.sh $*) && \
		$(MAKE) --no-print-directory module-for NAME=$* TREE=/lib/modules/$$kver/build \
		FLAGS=CONFIG_DEBUG_INFO_BTF_MODULES=

module-for:
	$(call build_module,$(NAME),$(TREE),$(FLAGS))

tools:
	+$(MAKE) -s -C tools/fmipctl
	+$(MAKE) -s -C tools/fmipd

test-programs:
	+$(MAKE) -s -C selftests

deps:
	@$(qemu)/packages.sh

deps-extra:
	@$(qemu)/packages.sh extra

# Everything; the last line counts. KERNEL=6.1 or 6.12 for one kernel only,
# TESTS="selftests/a.sh ..." for some scripts only.
check: deps
	+@KERNELS="$(KERNELS)" $(qemu)/check.sh unit vm checked debug load

check-unit: deps
	+@$(qemu)/check.sh unit

check-vm: deps
	+@KERNELS="$(KERNELS)" TESTS="$(TESTS)" $(qemu)/check.sh vm

# The whole suite where the checkers are; LIMIT=SECONDS for one guest.
check-debug: deps
	+@KERNELS=debug TESTS="$(TESTS)" LIMIT=$(or $(LIMIT),7200) $(qemu)/check.sh vm debug

check-load: deps
	+@KERNELS="$(KERNELS)" $(qemu)/check.sh load

# What two processors race for.
race_tests := selftests/race.sh selftests/teardown.sh selftests/unload.sh

check-kcsan: deps
	+@KERNELS=kcsan TESTS="$(or $(TESTS),$(race_tests))" LIMIT=$(or $(LIMIT),3600) \
		$(qemu)/check.sh vm

# The daemon's decoders and its configuration, so many seconds each, and the module.
FUZZ_SECONDS ?= 600

fuzz: fuzz-fmipd fuzz-module

fuzz-fmipd: deps
	+@$(MAKE) -s -C tools/fmipd fuzz FUZZ_SECONDS=$(FUZZ_SECONDS)

# Some hours; MESSAGES=... for more or fewer, SEED=... for those of a run that was.
MESSAGES ?= 1000000

fuzz-module: deps
	+@$(MAKE) -s tools test-programs module-debug
	@$(qemu)/run.sh -k debug -t 43200 -s 43000 -o $(build)/fuzz \
		selftests/debug/fuzz.sh $(MESSAGES) $(or $(SEED),$(shell date +%s))

demo: deps
	+@$(MAKE) -s tools test-programs $(addprefix module-,$(lastword $(KERNELS)))
	@KERNEL=$(lastword $(KERNELS)) GAP=$(GAP) DETACH=$(DETACH) demo/demo.sh

# An hour or so; RUNS=, GAPS= and MODES= for less, SEED= for what was done before.
demo-sweep: deps
	+@$(MAKE) -s tools test-programs $(addprefix module-,$(lastword $(KERNELS)))
	@KERNEL=$(lastword $(KERNELS)) RUNS=$(RUNS) GAPS=$(GAPS) MODES=$(MODES) SEED=$(SEED) \
		DETACH=$(DETACH) demo/sweep.sh

shell: deps
	+@$(MAKE) -s tools test-programs $(addprefix module-,$(lastword $(KERNELS)))
	@$(qemu)/run.sh -i -k $(lastword $(KERNELS)) $(qemu)/shell.sh

# In instructions, on 6.1 unless KERNEL says 6.12; ROW="par_ip6ip6 hold" for some
# rows only.
bench_kernel := $(or $(KERNEL),6.1)

bench: deps-extra
	+@$(MAKE) -s tools module-$(bench_kernel)
	+@selftests/bench/bench.sh -k $(bench_kernel) $(ROW)

bench-profile: deps-extra
	+@$(MAKE) -s tools module-$(bench_kernel)
	+@selftests/bench/bench.sh -k $(bench_kernel) -p $(or $(ROW),par_ip6ip6)

style: deps-extra
	$(qemu)/style.sh $(KERNELS)

install: tools
	+$(MAKE) -C tools/fmipctl install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)
	+$(MAKE) -C tools/fmipd install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

modules_install:
	$(call build_module,$(KRELEASE),/lib/modules/$(KRELEASE)/build)
	$(MAKE) -C /lib/modules/$(KRELEASE)/build M=$(build)/kernel-$(KRELEASE) modules_install
	depmod $(KRELEASE)

dkms-install:
	install -d $(DESTDIR)$(PREFIX)/src/fmip-$(VERSION)/kernel
	install -m 644 Kbuild dkms.conf $(DESTDIR)$(PREFIX)/src/fmip-$(VERSION)
	install -m 644 kernel/*.[ch] $(DESTDIR)$(PREFIX)/src/fmip-$(VERSION)/kernel
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/src/fmip-$(VERSION)/uapi/linux uapi/linux/*.h

clean:
	rm -rf $(build)

help:
	@echo "make [all]          tools, and the module for each of: $(KERNELS)"
	@echo "make demo           handovers without fmip, and two by fmipd, side by side; GAP=MS, DETACH=MS"
	@echo "make demo-sweep     240 short ones: minimum, median, maximum; RUNS=, GAPS=MS,..., MODES=, SEED="
	@echo "make check          every test; KERNEL=6.1 or KERNEL=6.12 for one kernel"
	@echo "make check-unit     the tests that need no kernel"
	@echo "make check-vm       the tests in the guest; TESTS=\"selftests/x.sh ...\" for some"
	@echo "make check-debug    the same on a kernel with KASAN and lockdep (builds it once, slowly)"
	@echo "make check-kcsan    what two processors race for, on a kernel with KCSAN"
	@echo "make check-load     a million matches, 100,000 handovers"
	@echo "make fuzz           fuzz-fmipd and fuzz-module, some hours"
	@echo "make fuzz-fmipd     libFuzzer on what fmipd decodes; FUZZ_SECONDS=600 for each target"
	@echo "make fuzz-module    a million requests, right and wrong, on that kernel; SEED=... again"
	@echo "make shell          a prompt in the guest, with the topology up"
	@echo "make bench          what a packet costs, beside what else Linux has; ROW=... for some"
	@echo "make bench-profile ROW=par_ip6ip6    where its instructions go"
	@echo "make style          checkpatch, sparse, W=1, shellcheck, mandoc"
	@echo "make deps           install the packages that are missing"
	@echo "make modules KDIR=DIR    the module for any kernel tree"
	@echo "make install        fmipctl, fmipd and their manuals into PREFIX ($(PREFIX))"
	@echo "make modules_install     the module for the running kernel"
	@echo "make dkms-install   the module's source for DKMS"
	@echo "make clean"

.PHONY: all modules module-debug module-for tools test-programs deps deps-extra check check-unit \
	check-vm check-debug check-load check-kcsan fuzz fuzz-fmipd fuzz-module demo demo-sweep shell \
	bench bench-profile style install \
	modules_install dkms-install clean help
