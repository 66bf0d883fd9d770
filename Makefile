# make alone lists what there is.
SHELL  = /bin/sh
NODE   = node
PREFIX = /usr/local
PORT   = 3333

SOURCES := $(shell find lib cli -name '*.ts')
SPOOL    = $(CURDIR)/.run/spool
OLD      = haup hadown hastatus hashowdowned halist hacheck
TYPESCRIPT = $(NODE) --import tsx

# The one file runs as a CommonJS module and as an ES module, whichever a package.json nearby makes of it:
# what it needs of Node it gets from `require`, and where there is none, from one of its own making.
# The parenthesis before `function` tells V8 to compile it at once, instead of twice.
HEAD = ((hactl) => { if (typeof require === 'function') hactl(require); else import('node:module').then((it) => hactl(it.createRequire('/'))); })(function (require) {
TAIL = });

.PHONY: help run test test-nodes types check dist install bench clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

run: dist/hactl ## start the daemon here, with a spool of its own, and say what to try
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

dist: dist/hactl ## make the one file that is copied to hosts

dist/hactl: node_modules $(SOURCES) Makefile
	@mkdir -p dist
	@node_modules/.bin/esbuild cli/hactl.ts --bundle --platform=node --format=cjs --target=node18 --log-level=warning \
	  --banner:js="$$HEAD" --footer:js="$$TAIL" --outfile=dist/hactl
	@chmod 755 dist/hactl

export HEAD TAIL

install: dist/hactl ## install hactl and the old names into PREFIX, beneath DESTDIR
	install -d -m 0755 $(DESTDIR)$(PREFIX)/bin
	install -m 0755 dist/hactl $(DESTDIR)$(PREFIX)/bin/hactl
	for name in $(OLD); do ln -sf hactl $(DESTDIR)$(PREFIX)/bin/$$name; done

bench: node_modules dist/hactl ## measure, and print a table
	$(TYPESCRIPT) spec/bench/bench.ts

clean: ## remove what was made here
	rm -rf dist node_modules .run

node_modules: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch node_modules
