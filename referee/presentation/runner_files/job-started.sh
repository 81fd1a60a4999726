#!/bin/sh
# GitHub's runner starts this before the first step of a job (ACTIONS_RUNNER_HOOK_JOB_STARTED). It lets one job through, the
# training of an entry of @{repository}, and ends every other.
#
# Theory of operation. Whoever opens a pull request brings workflow files of his own, and they may ask for this machine's
# labels. What a job is stands in GITHUB_* as GitHub's runner sets them: a workflow's `env` does not reach a hook. To fail would
# not be enough, since steps with `if: always()` run after a failed hook, and so does what an action does before its first
# step. So the runner's worker is killed, with all that it had yet to do; GitHub then reports the job as failed.
#
# Not covered: the actions that such a job names are downloaded before the hook, though nothing of them is run. A hook that is
# missing, or whose name does not end in .sh, merely fails: `before-job` looks for it first. And a hook is the second line:
# the first is that GitHub asks a maintainer before it runs anything of a pull request.
#
# Sources: "Running scripts before or after a job" of GitHub's documentation; JobHookProvider.cs, StepsRunner.cs and
# JobDispatcher.cs of actions/runner.
LC_ALL=C

refuse() {
    said="refused by $0: $1"
    echo "$said" >&2
    pid=$$
    while [ -r "/proc/$pid/status" ]; do
        name= parent=0
        while read -r key value _; do
            case $key in Name:) name=$value ;; PPid:) parent=$value ;; esac
        done < "/proc/$pid/status"
        if [ "$name" = Runner.Worker ]; then
            # Of a worker that ends before its time GitHub shows the stderr. Opened first and written to after the kill:
            # nothing may delay that.
            { kill -KILL "$pid"; echo "$said" >&3; } 3<> "/proc/$pid/fd/2" || kill -KILL "$pid"
            logger -t mlgolf-runner -- "$said" 2> /dev/null || :
            exit 1
        fi
        pid=$parent
    done
    # A runner that is built otherwise than those that are known: everything goes.
    kill -KILL "$PPID" || :
    kill -KILL 0
}

expect() {  # VARIABLE EXPECTED FOUND
    [ "$3" = "$2" ] && return
    case $3 in
        '') found='nothing' ;;
        *[!A-Za-z0-9._/@@-]*) found='something with odd signs' ;;
        *) found=$3 ;;
    esac
    refuse "$1 is $found, expected $2"
}

expect GITHUB_REPOSITORY '@{repository}' "${GITHUB_REPOSITORY-}"
expect GITHUB_EVENT_NAME workflow_dispatch "${GITHUB_EVENT_NAME-}"
expect GITHUB_WORKFLOW_REF '@{repository}/.github/workflows/referee.yml@@refs/heads/@{branch}' "${GITHUB_WORKFLOW_REF-}"
expect GITHUB_REF 'refs/heads/@{branch}' "${GITHUB_REF-}"
expect GITHUB_JOB train "${GITHUB_JOB-}"
