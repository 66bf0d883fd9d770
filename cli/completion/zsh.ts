// Completion for zsh.

/** The script for programs of these names. It can be sourced behind compinit, or stand in a folder of fpath as _hactl. */
export function zshScript(names: readonly string[]): string {
  return `#compdef ${names.join(' ')}
# zsh completion of hactl: . <(hactl completion zsh), behind compinit
_hactl() {
  local kind line
  local -a lines entries
  lines=("\${(@f)$(hactl completion words -- "\${(@Q)words[1,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)}")
  kind=$lines[1]
  shift lines
  case $kind in
    files|folders)
      if [[ $PREFIX == --*=* ]]; then compset -P '*='; fi
      if [[ $kind == files ]]; then _files; else _files -/; fi
      ;;
    words)
      for line in $lines; do
        entries+=("\${\${line%%$'\\t'*}//:/\\\\:}\${\${line#*$'\\t'}:+:\${line#*$'\\t'}}")
      done
      if (( ! $#entries )); then return 1; fi
      # A path that goes on has no blank behind it.
      if [[ $lines[1] == */$'\\t'* ]]; then _describe hactl entries -S ''; else _describe hactl entries; fi
      ;;
    *) return 1 ;;
  esac
}

if [[ $funcstack[1] == _hactl ]]; then
  _hactl "$@"
elif (( $+functions[compdef] )); then
  compdef _hactl ${names.join(' ')}
fi
`;
}
