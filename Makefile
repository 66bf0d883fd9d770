# make alone lists what there is.
SHELL  = /bin/sh
NODE   = node
PREFIX = /usr/local
PORT   = 3333

# Where make install puts things, and what stands in the unit that it puts there.
BIN       = $(PREFIX)/bin
UNITS     = $(PREFIX)/lib/systemd/system
TMPFILES  = $(PREFIX)/lib/tmpfiles.d
MAN       = $(PREFIX)/share/man/man1
BASH      = $(PREFIX)/share/bash-completion/completions
ZSH       = $(PREFIX)/share/zsh/site-functions
FISH      = $(PREFIX)/share/fish/vendor_completions.d
HOST_NODE =

SOURCES := $(shell find lib cli -name '*.ts')
SPOOL    = $(CURDIR)/.run/spool
OLD      = haup hadown hastatus hashowdowned halist hacheck
TYPESCRIPT = $(NODE) --import tsx

# The one file runs as a CommonJS module and as an ES module, whichever a package.json nearby makes of it:
# what it needs of Node it gets from `require`, and where there is none, from one of its own making.
# The parenthesis before `function` tells V8 to compile it at once, instead of twice.
HEAD = ((hactl) => { if (typeof require === 'function') hactl(require); else import('node:module').then((it) => hactl(it.createRequire('/'))); })(function (require) {
TAIL = });

.PHONY: help run test test-nodes types check dist install deb fuzz soak bench clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

run: dist/hactl ## start the daemon here, on PORT=3333, with a spool of its own, and say what to try
	@mkdir -p $(SPOOL)
	@echo 'For this trial the daemon has its own page /status checked as the service web. Take it out, see what a balancer is told, put it back:'
	@echo
	@echo '  $(CURDIR)/dist/hactl down web --reason "kernel upgrade" --spool-root $(SPOOL)'
	@echo '  curl -i http://127.0.0.1:$(PORT)/http/web/$(PORT)/status'
	@echo '  $(CURDIR)/dist/hactl up web --spool-root $(SPOOL)'
	@echo
	@exec $(NODE) dist/hactl serve --port $(PORT) --spool-root $(SPOOL)

test: node_modules dist/hactl ## run the specs
	$(TYPESCRIPT) spec/run.ts

test-nodes: node_modules dist/hactl ## run the specs on every other Node that is supported
	$(TYPESCRIPT) spec/nodes.ts

types: node_modules
	node_modules/.bin/tsc

check: types test ## check the types and run the specs

dist: dist/hactl ## make the one file that is copied to hosts, and its checksum

dist/hactl: node_modules $(SOURCES) Makefile
	@mkdir -p dist
	@node_modules/.bin/esbuild cli/hactl.ts --bundle --platform=node --format=cjs --target=node18 --log-level=warning \
	  --banner:js="$$HEAD" --footer:js="$$TAIL" --outfile=dist/hactl
	@chmod 755 dist/hactl
	@cd dist && sha256sum hactl > hactl.sha256

export HEAD TAIL

# What hactl prints, as a file that everybody can read.
define print
	install -m 0644 /dev/null $(DESTDIR)$(2)
	$(NODE) dist/hactl $(1) > $(DESTDIR)$(2)
endef

define install-files
	install -d -m 0755 $(addprefix $(DESTDIR),$(BIN) $(UNITS) $(TMPFILES) $(MAN) $(BASH) $(ZSH) $(FISH))
	install -m 0755 dist/hactl $(DESTDIR)$(BIN)/hactl
	$(call print,unit --program $(BIN)/hactl $(addprefix --node ,$(HOST_NODE)),$(UNITS)/hacheck.service)
	$(call print,unit --socket,$(UNITS)/hacheck.socket)
	$(call print,unit --agent-socket,$(UNITS)/hacheck-agent.socket)
	$(call print,unit --tmpfiles,$(TMPFILES)/hacheck.conf)
	$(call print,man,$(MAN)/hactl.1)
	$(call print,completion bash,$(BASH)/hactl)
	$(call print,completion zsh,$(ZSH)/_hactl)
	$(call print,completion fish,$(FISH)/hactl.fish)
	for name in $(OLD); do \
	  ln -sf hactl $(DESTDIR)$(BIN)/$$name && ln -sf hactl.1 $(DESTDIR)$(MAN)/$$name.1 && \
	  ln -sf hactl $(DESTDIR)$(BASH)/$$name && ln -sf hactl.fish $(DESTDIR)$(FISH)/$$name.fish || exit; \
	done
endef

install: dist/hactl ## install hactl, the old names, units, man page and completions into PREFIX, beneath DESTDIR, and make the spool
	$(install-files)
	install -d -m 0755 $(DESTDIR)/var/spool/hacheck

deb: override DESTDIR   = $(CURDIR)/dist/deb
deb: override PREFIX    = /usr
deb: override UNITS     = /lib/systemd/system
deb: override ZSH       = /usr/share/zsh/vendor-completions
deb: override HOST_NODE = /usr/bin/node
deb: node_modules dist/hactl ## build the Debian package
	@rm -rf dist/deb
	@$(install-files)
	@$(TYPESCRIPT) cli/debian/build.ts dist/deb dist
	@rm -rf dist/deb

# FUZZ_SEED=N is the seed that a run has printed, FUZZ_CASES the number of cases.
fuzz: export FUZZ_CASES ?= 1000000
fuzz: node_modules ## try what reads others' words with a million cases each, made up at random
	$(TYPESCRIPT) --test --test-reporter=spec spec/fuzz/*.spec.ts

soak: export SECONDS ?= 600
soak: node_modules dist/hactl ## send what a large site sends for SECONDS=600, and see whether every answer is right
	$(TYPESCRIPT) spec/soak/soak.ts

bench: node_modules dist/hactl ## measure, and print a table
	$(TYPESCRIPT) spec/bench/bench.ts

clean: ## remove what was made here
	rm -rf dist node_modules .run

node_modules: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch node_modules
