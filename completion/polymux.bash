# SPDX-License-Identifier: MIT
# Bash completion for polymux: commands, their options, template ids, and files where a file belongs.
# Uses what bash-completion loads (_init_completion, _filedir) and nothing else of it.

# The arguments of the command line that are no options, from the subcommand on, as _polymux_words; options of `run` and
# `plan` take their value along.
_polymux_split()
{
    local i
    _polymux_words=()
    for ((i = 1; i < cword; i++)); do
        case ${words[i]} in
            -o | -j | --output | --jobs)
                ((i++))
                [[ ${words[i]-} == = ]] && ((i++))
                ;;
            -?*) ;;
            *) _polymux_words+=("${words[i]}") ;;
        esac
    done
}

# Offers the words of $1 that begin with what is there already.
_polymux_offer()
{
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# The ids that the command itself tells: the first column below the heading.
_polymux_templates()
{
    "${words[0]}" template list 2>/dev/null | while read -r id _; do
        [[ $id == ID ]] || printf '%s\n' "$id"
    done
}

_polymux_options()
{
    case $1 in
        run) echo "--output= --jobs= --memory= --json --no-cache --help" ;;
        plan) echo "--output= --dot --help" ;;
        probe) echo "--json --help" ;;
        *) echo "--help" ;;
    esac
}

_polymux_arguments()
{
    case $* in
        run | plan) _filedir json ;;
        probe) _filedir ;;
        template) _polymux_offer "list show" ;;
        "template show") _polymux_offer "$(_polymux_templates)" ;;
        cache) _polymux_offer "stats clear" ;;
    esac
}

_polymux()
{
    local cur prev words cword split _polymux_words
    _init_completion -s || return
    _polymux_split
    local command=${_polymux_words[0]-}
    case $command/$prev in
        run/-o | run/--output | plan/-o | plan/--output)
            _filedir -d
            return
            ;;
        run/-j | run/--jobs)
            _polymux_offer "$(seq "$(nproc 2>/dev/null || echo 1)")"
            return
            ;;
    esac
    $split && return
    if [[ -z $command && $cur == -* ]]; then
        _polymux_offer "--help --version"
    elif [[ -z $command ]]; then
        _polymux_offer "run plan probe template cache reference help"
    elif [[ $cur == -* ]]; then
        _polymux_offer "$(_polymux_options "$command")"
        [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
    else
        _polymux_arguments "${_polymux_words[@]}"
    fi
}

complete -F _polymux polymux
