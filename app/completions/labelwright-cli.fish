# fish: labelwright-cli says itself what can stand where the cursor is; where it knows nothing, files are offered
function __labelwright_cli_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l typed $words[-1]
    set -l before
    if string match -q -- '--*=*' $typed
        set before (string split -m 1 = -- $typed)
        set words $words[1..-2] $before[1] $before[2]
        set before "$before[1]="
    end
    set -l found ($words[1] --complete $words[2..-1] 2>/dev/null)
    if set -q found[1]
        printf "$before%s\n" $found
    else if test -n "$before"
        printf "$before%s\n" (__fish_complete_path $words[-1])
    else
        __fish_complete_path $typed
    end
end
complete -c labelwright-cli -f -a '(__labelwright_cli_complete)'
