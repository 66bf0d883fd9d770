// Completion for bash, from 3.2 on. It needs no package beside bash.

/** The script for programs of these names. */
export function bashScript(names: readonly string[]): string {
  return `# bash completion of hactl: . <(hactl completion bash)
_hactl() {
  local current= before= gap= rest=\${COMP_LINE-} last= raw= kind= word= i
  local -a words=()
  COMPREPLY=()
  # Bash breaks words at : and = (COMP_WORDBREAKS). What no blank parts is one word.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    last=$raw
    raw=\${COMP_WORDS[i]}
    gap=\${rest%%[![:blank:]]*}
    rest=\${rest#"$gap"}
    rest=\${rest#"$raw"}
    if [[ -z $gap && ( $raw =~ ^[:=]+$ || $last =~ ^[:=]+$ ) ]]; then
      current+=$raw
    else
      if ((i > 0)); then words+=("$current"); fi
      current=$raw
    fi
  done
  # What stands before the last break stays where it is.
  before=\${current%"$raw"}
  if [[ $raw =~ ^[:=]+$ ]]; then before=$current; fi
  # Quotes are for bash.
  current=\${current//[\\"\\'\\\\]/}
  before=\${before//[\\"\\'\\\\]/}
  words=("\${words[@]//[\\"\\'\\\\]/}" "$current")
  {
    IFS= read -r kind
    case $kind in
      files) _hactl_paths -f ;;
      folders) _hactl_paths -d ;;
      words)
        while IFS=$'\\t' read -r word _; do
          if [[ $word == "$current"* ]]; then COMPREPLY+=("\${word#"$before"}"); fi
        done
        # A path that goes on.
        if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == */ ]]; then compopt -o nospace 2>/dev/null; fi
        ;;
    esac
  } < <(hactl completion words -- "\${words[@]}" 2>/dev/null </dev/null)
  return 0
}

_hactl_paths() {
  local path option=
  if [[ $current == --*=* ]]; then option=\${current%%=*}=; fi
  compopt -o filenames 2>/dev/null
  while IFS= read -r path; do
    path=$option$path
    COMPREPLY+=("\${path#"$before"}")
  done < <(compgen "$1" -- "\${current#"$option"}")
}

complete -F _hactl ${names.join(' ')}
`;
}
