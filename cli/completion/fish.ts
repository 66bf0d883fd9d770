// Completion for fish, from 3.0 on.

/** The script for programs of these names. */
export function fishScript(names: readonly string[]): string {
  return `# fish completion of hactl: hactl completion fish | source
function __hactl_complete
    # fish says of a program that it does not find, whatever becomes of stderr.
    type -q hactl; or return
    set -l current (commandline -ct)
    set -l lines (hactl completion words -- (commandline -opc) "$current" 2>/dev/null </dev/null)
    set -l kind $lines[1]
    set -e lines[1]
    switch "$kind"
        case files folders
            set -l option (string match -r -- '^--[^=]*=' "$current")
            set -l value (string replace -r -- '^--[^=]*=' '' "$current")
            set -l paths (complete -C "'' $value")
            if test $kind = folders
                set paths (string match -r -- '.*/$' (string replace -r -- '\\t.*' '' $paths))
            end
            for path in $paths
                printf '%s%s\\n' "$option" $path
            end
        case words
            printf '%s\\n' $lines
    end
end

for name in ${names.join(' ')}
    complete -c $name -f -a '(__hactl_complete)'
end
`;
}
