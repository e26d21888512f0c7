# SPDX-License-Identifier: MIT
# Bash completion for polymux: commands, their options, template ids, and files where a file belongs.
# Uses what bash-completion loads (_init_completion, _filedir) and nothing else of it.

# The arguments of the command line that are no options, from the subcommand on, as _polymux_words; options that have a
# value take it along.
_polymux_split()
{
    local i
    _polymux_words=()
    for ((i = 1; i < cword; i++)); do
        case ${words[i]} in
            -o | -j | -c | --output | --jobs | --memory | --config | --data | --listen | --workers | --endpoint | \
                --credentials | --pipeline | --token | --user-data | --state | --from | --to | --limit | --priority | \
                --id | --name | --type | --subtype | --bucket)
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
_polymux_ids()
{
    "${words[0]}" "$@" 2>/dev/null | while read -r id _; do
        [[ $id == ID || $id == NAME ]] || printf '%s\n' "$id"
    done
}

_polymux_options()
{
    local server="--endpoint= --credentials= --json --help"
    case $1 in
        run) echo "--output= --config= --jobs= --memory= --json --no-cache --help" ;;
        plan) echo "--output= --config= --dot --help" ;;
        probe) echo "--config= --json --help" ;;
        storage) echo "--config= --bucket= --help" ;;
        template) echo "--id= --name= --type= --subtype= $server" ;;
        serve) echo "--config= --data= --listen= --workers= --sample-config --help" ;;
        submit) echo "--pipeline= --token= --user-data= --wait $server" ;;
        list) echo "--state= --pipeline= --from= --to= --limit= --oldest-first $server" ;;
        get | wait | cancel) echo "$server" ;;
        pipeline) echo "--priority= $server" ;;
        events) echo "--dead $server" ;;
        *) echo "--help" ;;
    esac
}

_polymux_arguments()
{
    case $* in
        run | plan | submit) _filedir json ;;
        probe) _filedir ;;
        template) _polymux_offer "list show create update delete" ;;
        "template show" | "template update" | "template delete") _polymux_offer "$(_polymux_ids template list)" ;;
        "template create" | "template update "*) _filedir json ;;
        cache) _polymux_offer "stats clear" ;;
        storage) _polymux_offer "list check" ;;
        "storage check") _polymux_offer "$(_polymux_ids storage list)" ;;
        get | wait*) _polymux_offer "$(_polymux_ids list)" ;;
        cancel) _polymux_offer "$(_polymux_ids list --state Running; _polymux_ids list --state Inited)" ;;
        pipeline) _polymux_offer "list create pause resume delete" ;;
        "pipeline pause" | "pipeline resume" | "pipeline delete") _polymux_offer "$(_polymux_ids pipeline list)" ;;
        events) _polymux_offer "resend" ;;
        "events resend"*) _polymux_offer "$(_polymux_ids events --dead)" ;;
    esac
}

# The value of the option before the cursor; false where it has none that could be offered.
_polymux_value()
{
    case $1 in
        run/-o | run/--output | plan/-o | plan/--output | serve/--data) _filedir -d ;;
        */-c | */--config | */--credentials) _filedir ;;
        run/-j | run/--jobs | serve/-j | serve/--workers) _polymux_offer "$(seq "$(nproc 2>/dev/null || echo 1)")" ;;
        list/--state) _polymux_offer "Inited Running Complete Error Cancelled" ;;
        submit/--pipeline | list/--pipeline) _polymux_offer "$(_polymux_ids pipeline list)" ;;
        run/--memory | serve/--listen | */--endpoint | submit/--token | submit/--user-data | list/--from | list/--to | \
            list/--limit | pipeline/--priority | storage/--bucket | template/--id | template/--name | template/--type | \
            template/--subtype) ;;
        *) return 1 ;;
    esac
}

_polymux()
{
    local cur prev words cword split _polymux_words
    _init_completion -s || return
    _polymux_split
    local command=${_polymux_words[0]-}
    _polymux_value "$command/$prev" && return
    $split && return
    if [[ -z $command && $cur == -* ]]; then
        _polymux_offer "--help --version"
    elif [[ -z $command ]]; then
        _polymux_offer "run plan probe template cache storage reference serve submit get list wait cancel pipeline events help"
    elif [[ $cur == -* ]]; then
        _polymux_offer "$(_polymux_options "$command")"
        [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
    else
        _polymux_arguments "${_polymux_words[@]}"
    fi
}

complete -F _polymux polymux
