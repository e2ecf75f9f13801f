# heard - build, test and install.  `make help` lists what there is to run.

PREFIX     ?= /usr/local
LIBEXECDIR ?= $(PREFIX)/lib/heard/plugins
SYSCONFDIR ?= /etc/heard
MANDIR     ?= $(PREFIX)/share/man
UNITDIR    ?= $(PREFIX)/lib/systemd/system
VARIANT    ?= release
BUILD      := build/$(VARIANT)

# `make V=1` shows the commands.
Q    := $(if $(V),,@)
say   = $(if $(V),,@printf '  %-4s %s\n' '$(1)' '$(patsubst $(BUILD)/%,%,$@)')

# Debian packages, named once: for building, and for tests and lint on top.
BUILD_DEPS := gcc g++ make pkg-config libevent-dev libconfig-dev libsqlite3-dev libsimdjson-dev \
              libvectorscan-dev libsodium-dev libcurl4-openssl-dev liblua5.4-dev libzstd-dev \
              libssl-dev libicu-dev zlib1g-dev libxxhash-dev libzip-dev libexpat1-dev libgmime-3.0-dev \
              libqrencode-dev libopencc-dev libcld2-dev
CHECK_DEPS := libcmocka-dev python3 curl openssl jq sqlite3 zstd mandoc \
              chromium chromium-driver fonts-noto-cjk dovecot-imapd dovecot-lmtpd postfix mosquitto mosquitto-clients
LINT_DEPS  := clang clang-tidy clang-format codespell git

# One line a library; a plugin or library folder may add its own in a file `libs`.
CORE_PKGS  := libevent libevent_pthreads libevent_openssl libconfig simdjson libsodium libcurl \
              lua5.4 openssl icu-i18n icu-uc zlib libxxhash

CFLAGS_release := -O2 -g -DNDEBUG
CFLAGS_debug   := -O1 -g3
CFLAGS_asan    := -O1 -g3 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
CFLAGS_tsan    := -O1 -g3 -fsanitize=thread
CFLAGS   ?= $(CFLAGS_$(VARIANT))
CXXFLAGS ?= $(CFLAGS)
WARN     := -Wall -Wextra -Wconversion -Wshadow
COMMON   := -D_GNU_SOURCE -Iinclude -fPIC -fvisibility=hidden -pthread -MMD -MP
ALL_C     = -std=c11 $(COMMON) $(WARN) -Wstrict-prototypes -Wmissing-prototypes $(CFLAGS)
# The vptr check needs a C++ link, and tests are linked as C.
ALL_CXX   = -std=c++17 $(COMMON) $(WARN) $(CXXFLAGS) $(if $(SAN),-fno-sanitize=vptr)
# What each record passes through; elsewhere nothing is gained by it.  Not if CFLAGS are set
# by who builds.
ifeq ($(VARIANT)-$(origin CFLAGS),release-file)
$(BUILD)/core/%.o $(BUILD)/plugins/filter/%.o $(BUILD)/plugins/lib/text/%.o: CFLAGS += -O3
endif
SAN      := $(filter -fsanitize%,$(CFLAGS))
LDFLAGS  += $(SAN)

# Looked up when first needed, so that `make deps` works before they are there.
pkg       = $(shell pkg-config --$(1) $(2) 2>/dev/null)
CORE_INC  = $(eval CORE_INC := $(call pkg,cflags,$(CORE_PKGS)))$(CORE_INC)
CORE_LIBS = $(eval CORE_LIBS := $(call pkg,libs,$(CORE_PKGS)) -ldl -lm -lstdc++)$(CORE_LIBS)

CORE_O  := $(patsubst %.c,$(BUILD)/%.o,$(filter-out core/main.c,$(wildcard core/*.c))) \
           $(patsubst %.cc,$(BUILD)/%.o,$(wildcard core/*.cc))
PLUGINS := $(patsubst plugins/%/,%,$(wildcard plugins/input/*/ plugins/filter/*/ plugins/output/*/))
MODULES := $(foreach p,$(PLUGINS),$(BUILD)/plugins/$(p).so)
LIBS    := $(patsubst plugins/lib/%/,%,$(wildcard plugins/lib/*/))
ARCHIVES := $(foreach l,$(LIBS),$(BUILD)/plugins/lib/lib$(l).a)
UNITS   := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
FAULTY  := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fault/*.c))
TOOLS   := $(patsubst tests/tools/%.c,$(BUILD)/tools/%,$(wildcard tests/tools/*.c))
TESTPLUGINS := $(patsubst tests/plugins/mods/%.c,$(BUILD)/testplugins/filter/%.so,$(wildcard tests/plugins/mods/*.c))

all: $(BUILD)/heard $(MODULES) ## the daemon and every plugin

-include Makefile.local

# `heard send --format csv` reads tables as input `file` does.
$(BUILD)/core/cmd_send.o $(BUILD)/core/send.o $(BUILD)/core/send_csv.o $(BUILD)/core/control_send.o: COMMON += -Iplugins/lib
$(BUILD)/heard: $(BUILD)/core/main.o $(CORE_O) $(BUILD)/plugins/lib/libtable.a
	$(call say,LINK)
	$(Q)$(CXX) $(LDFLAGS) -pthread -rdynamic -o $@ $^ $(CORE_LIBS)

# Archives that need each other, in whatever order, and what pkg-config does not know.
group = $(if $(1),-Wl$(comma)--start-group $(1) -Wl$(comma)--end-group \
		-Wl$(comma)--push-state$(comma)--as-needed $(SOS) -Wl$(comma)--pop-state)
comma := ,
SOS   := $(addprefix -l,$(sort $(shell sed -n 's/^so //p' plugins/*/*/libs 2>/dev/null)))

# plugins/STAGE/NAME/libs and plugins/lib/NAME/libs: `lib NAME` for a folder of
# plugins/lib, `pkg NAME` for pkg-config, `so NAME` for a library without that, one a line.
uses      = $(if $(wildcard $(1)/libs),$(shell sed -n 's/^$(2) //p' $(1)/libs))
uses_libs = $(sort $(call uses,plugins/$(1),lib))
uses_pkgs = $(sort $(call uses,plugins/$(1),pkg) $(foreach l,$(call uses_libs,$(1)),$(call uses,plugins/lib/$(l),pkg)))

.SECONDEXPANSION:
# One directory, one plugin: every .c in plugins/STAGE/NAME is linked into NAME.so.
$(BUILD)/plugins/%.so: $$(addprefix $(BUILD)/,$$(addsuffix .o,$$(basename $$(wildcard plugins/$$*/*.c)))) \
                       $$(foreach l,$$(call uses_libs,$$*),$(BUILD)/plugins/lib/lib$$(l).a) $$(wildcard plugins/$$*/libs)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) -shared -pthread -Wl,--version-script=plugins/exports.map -o $@ $(filter %.o,$^) $(call group,$(filter %.a,$^)) \
		-Wl,--as-needed $(call pkg,libs,$(call uses_pkgs,$*))

$(BUILD)/plugins/lib/lib%.a: $$(addprefix $(BUILD)/,$$(addsuffix .o,$$(basename $$(wildcard plugins/lib/$$*/*.c plugins/lib/$$*/*.cc))))
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR)
	$(Q)$(AR) rcs $@ $^

# Plugins see include/ and plugins/lib/, never core/.
$(BUILD)/plugins/%.o: plugins/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_C) -Iplugins/lib $(call pkg,cflags,$(sort $(call uses,$(<D:%/=%),pkg) \
		$(foreach l,$(call uses,$(<D:%/=%),lib),$(call uses,plugins/lib/$(l),pkg)))) -c -o $@ $<

# A library's way to one that speaks C++ only.
$(BUILD)/plugins/lib/%.o: plugins/lib/%.cc
	@mkdir -p $(@D)
	$(call say,CXX)
	$(Q)$(CXX) $(ALL_CXX) -Iplugins/lib -c -o $@ $<

# Which Chinese character is which, from OpenCC's dictionaries.
$(BUILD)/gen/hanzi_gen: plugins/lib/text/gen/hanzi_gen.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=c11 -O1 $(WARN) $(call pkg,cflags,opencc) -o $@ $< $(call pkg,libs,opencc)
$(BUILD)/gen/hanzi_table.inc: $(BUILD)/gen/hanzi_gen
	$(call say,GEN)
	$(Q)$< $@ $(@D)/hanzi_same.inc
$(BUILD)/plugins/lib/text/hanzi.o: $(BUILD)/gen/hanzi_table.inc
$(BUILD)/plugins/lib/text/hanzi.o: COMMON += -I$(BUILD)/gen

# Files that the assembler puts into an object: a page's script and style.
$(BUILD)/plugins/input/kiosk/files.o: $(wildcard plugins/input/kiosk/*.js plugins/input/kiosk/*.css plugins/input/kiosk/*.svg)

$(BUILD)/core/%.o: core/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_C) $(CORE_INC) -c -o $@ $<

$(BUILD)/core/%.o: core/%.cc
	@mkdir -p $(@D)
	$(call say,CXX)
	$(Q)$(CXX) $(ALL_CXX) $(CORE_INC) -c -o $@ $<

TEST_PKGS = $(sort $(shell sed -n 's/^pkg //p' plugins/*/*/libs 2>/dev/null))
# A unit test links the core; one that tests a plugin's own files includes them.
$(BUILD)/tests/unit/%: tests/unit/%.c $(CORE_O) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_C) -Icore -Iplugins/lib -Iplugins $(CORE_INC) $(call pkg,cflags,$(TEST_PKGS)) $(LDFLAGS) -rdynamic -o $@ $< $(CORE_O) $(call group,$(ARCHIVES)) \
		$(call pkg,libs,$(TEST_PKGS)) $(CORE_LIBS) -lcmocka

# Benchmarks in C are linked in the same way, without cmocka.
$(BUILD)/tests/bench/%: tests/bench/%.c $(CORE_O) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_C) -Icore -Iplugins/lib -Iplugins $(CORE_INC) $(call pkg,cflags,$(TEST_PKGS)) $(LDFLAGS) -rdynamic -o $@ $< $(CORE_O) $(call group,$(ARCHIVES)) \
		$(call pkg,libs,$(TEST_PKGS)) $(CORE_LIBS)

# So are the programs of `make eval`.
EVALS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/eval/eval_*.c))
$(BUILD)/tests/eval/%: tests/eval/%.c $(CORE_O) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_C) -Icore -Iplugins/lib -Iplugins $(CORE_INC) $(call pkg,cflags,$(TEST_PKGS)) $(LDFLAGS) -rdynamic -o $@ $< $(CORE_O) $(call group,$(ARCHIVES)) \
		$(call pkg,libs,$(TEST_PKGS)) $(CORE_LIBS)

# A fault program is a unit test in which these calls of ours can be made to fail.
WRAPPED := malloc calloc realloc strdup mmap pwritev fdatasync fsync fallocate ftruncate renameat
$(BUILD)/tests/fault/%: tests/fault/%.c $(CORE_O) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_C) -Icore -Iplugins/lib -Iplugins $(CORE_INC) $(call pkg,cflags,$(TEST_PKGS)) $(LDFLAGS) -rdynamic \
		$(WRAPPED:%=-Wl,--wrap=%) -o $@ $< $(CORE_O) $(call group,$(ARCHIVES)) $(call pkg,libs,$(TEST_PKGS)) $(CORE_LIBS) -lcmocka

# A fuzz target is linked as a unit test is; tests/fuzz/run.sh gives compiler and flags.
$(BUILD)/fuzz/%: tests/fuzz/%.c $(CORE_O) $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(ALL_C) -Icore -Iplugins/lib -Iplugins $(CORE_INC) $(call pkg,cflags,$(TEST_PKGS)) $(LDFLAGS) -fsanitize=fuzzer -rdynamic -o $@ $< $(CORE_O) \
		$(call group,$(ARCHIVES)) $(call pkg,libs,$(TEST_PKGS)) $(CORE_LIBS)

# Small programs for tests: load generators, receivers, shims (shim_*.c are preloaded).
$(BUILD)/tools/shim_%: tests/tools/shim_%.c
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O2 -g -fPIC -shared $(WARN) -o $@ $< -ldl -pthread
$(BUILD)/tools/%: tests/tools/%.c $(wildcard tests/tools/*.h)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O2 -g -o $@ $< -pthread -lm

# Plugins that exist for tests only: they crash, stall or fail on demand.
$(BUILD)/testplugins/filter/%.so: tests/plugins/mods/%.c
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_C) $(LDFLAGS) -shared -o $@ $<

deps: ## install what building and testing needs (Debian 12)
	@tests/lib/deps.sh $(BUILD_DEPS) $(CHECK_DEPS)

lint-deps:
	@tests/lib/deps.sh $(BUILD_DEPS) $(CHECK_DEPS) $(LINT_DEPS)

run: ## install what is missing, build, and show it at work on this machine
	@tests/lib/deps.sh $(BUILD_DEPS) curl
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/tools/sink
	@BUILD=$(BUILD) KEEP=$(KEEP) tests/demo/run.sh

check: ## every test in this variant; ends with one line of figures
	@tests/lib/deps.sh $(BUILD_DEPS) $(CHECK_DEPS)
	@$(MAKE) --no-print-directory -j$$(nproc) all check-programs
	@BUILD=$(BUILD) VARIANT=$(VARIANT) tests/run.sh $(T)

check-programs: $(UNITS) $(FAULTY) $(TOOLS) $(TESTPLUGINS)

bench: ## speed, as medians with machine and load
	@tests/lib/deps.sh $(BUILD_DEPS) $(CHECK_DEPS)
	@$(MAKE) --no-print-directory -j$$(nproc) VARIANT=release all check-programs
	@BUILD=build/release tests/bench/run.sh $(B)

eval: ## quality and speed of what is learned, on the data in HEARD_DATA; E="sentiment spam"
	@tests/lib/deps.sh $(BUILD_DEPS)
	@$(MAKE) --no-print-directory -j$$(nproc) VARIANT=release all build/release/eval-programs
	@BUILD=build/release tests/eval/run.sh $(E)

models: ## train etc/models anew from HEARD_DATA: the same data, the same bytes
	@tests/lib/deps.sh $(BUILD_DEPS)
	@$(MAKE) --no-print-directory -j$$(nproc) VARIANT=release build/release/eval-programs
	@BUILD=build/release tests/eval/run.sh --write etc/models $(E)

$(BUILD)/eval-programs: $(EVALS)

fuzz: ## each target for FUZZ_SECONDS (default 60), with clang's libFuzzer
	@tests/lib/deps.sh $(BUILD_DEPS) clang libclang-rt-14-dev
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run.sh $(F)

lint: ## clang-tidy, clang-format, codespell and the checks of our own
	@$(MAKE) --no-print-directory -s lint-deps
	@tests/lint/run.sh

install: all ## honours DESTDIR and PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(SYSCONFDIR)
	install -m 755 $(BUILD)/heard $(DESTDIR)$(PREFIX)/bin/
	for p in $(PLUGINS); do \
		install -D -m 644 $(BUILD)/plugins/$$p.so $(DESTDIR)$(LIBEXECDIR)/$$p.so || exit 1; \
	done
	cp -Rn etc/heard.conf etc/pipelines etc/rules etc/holidays etc/models $(DESTDIR)$(SYSCONFDIR)/
	install -D -m 644 docs/heard.8 $(DESTDIR)$(MANDIR)/man8/heard.8
	install -D -m 644 docs/heard.conf.5 $(DESTDIR)$(MANDIR)/man5/heard.conf.5
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/include/heard include/heard/*.h
	install -d $(DESTDIR)$(UNITDIR)
	sed 's|/usr/local/bin|$(PREFIX)/bin|' etc/heard.service >$(DESTDIR)$(UNITDIR)/heard.service

clean: ## remove this variant's build tree
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 14

.PHONY: all deps lint-deps run check check-programs bench eval models fuzz lint install clean help
.SECONDARY:
.DELETE_ON_ERROR:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
