# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for nflogd, loaded by bash-completion. Commands, options and
# their values are read from --help, so that they are those of the program.

# Words of the list "Subcommands:" of nflogd --help.
_nflogd_commands() {
    "$1" --help 2>/dev/null | sed -n '/^Subcommands:/,$ s/^  \([a-z]\{1,\}\) .*/\1/p'
}

# The options of a command, one a line: "-c --config FILE", names first, then what
# follows them, if anything does.
_nflogd_options() {
    "$1" "${@:2}" --help 2>/dev/null | sed -nE '
        /^ {1,4}-/!d
        s/^ *//
        s/, +-/,-/g
        s/  .*//
        s/ (REQUIRED|Excludes:|Needs:).*//
        s/,-/ -/g
        p'
}

# What may follow an option: the names of the option, its line, then the values.
_nflogd_value() {
    local program=$1 option=$2 kind=$3
    case $option,$kind in
        --rule,*)
            mapfile -t COMPREPLY < <(compgen -W "$("$program" rules 2>/dev/null |
                sed -n 's/.*prefix "\([^" ]*\)".*/\1/p' | sort -u)" -- "$cur")
            ;;
        *,*{*}*)
            kind=${kind#*\{}
            kind=${kind%%\}*}
            mapfile -t COMPREPLY < <(compgen -W "${kind//,/ }" -- "$cur")
            ;;
        *,FILE* | *,PATH* | *,INPUT* | *,DIR*) _filedir ;;
    esac
}

_nflogd() {
    local cur prev words cword split
    _init_completion -s || return
    local program=${words[0]} command='' at=1
    while ((at < cword)); do
        case ${words[at]} in
            -*) ;;
            *) command=${words[at]} && break ;;
        esac
        ((at++))
    done

    local options line
    options=$(_nflogd_options "$program" ${command:+"$command"})
    while IFS= read -r line; do
        local names=" ${line%%[A-Z\{]*} "
        [[ $prev == -* && $names == *" $prev "* && $line == *" "[A-Z\{]* ]] || continue
        _nflogd_value "$program" "$prev" "${line#"${line%%[A-Z\{]*}"}"
        return
    done <<<"$options"
    $split && return

    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(grep -oE -- '(^| )--?[A-Za-z0-9-]+' <<<"$options")" -- "$cur")
    elif [[ -z $command ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_nflogd_commands "$program")" -- "$cur")
    else
        _filedir
    fi
}

complete -F _nflogd nflogd
