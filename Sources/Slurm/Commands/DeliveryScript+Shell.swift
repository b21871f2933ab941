/// The functions that every delivery uses.
extension DeliveryScript {
    /// One `printf` for each answer: the lanes share one pipe, and a short write is never cut by another.
    static let answers = """
        result() { printf '\\n%s result %s %s %s\\n%.2000s\\n' "$marker" "$index" "$1" "$2" "$3"; }
        unsent() { result unsent "$1" "$2"; }
        """

    /// Puts away the login shell's variables and functions, so that a job sees nothing of its profile.
    ///
    /// sbatch passes its own environment on (`--export=ALL`). Its NIL and NONE would have Slurm 22.05 run the whole
    /// login profile on the node instead. The folder of Slurm's programs comes last, for srun inside the job.
    static let cleanliness = """
        sbatch=$(command -v sbatch) || sbatch=
        case $sbatch in /*/*) ;; *) sbatch= ;; esac
        job_path=/usr/local/bin:/usr/bin:/bin
        [ -z "$sbatch" ] || case ":$job_path:" in
            *":${sbatch%/*}:"*) ;; *) job_path=$job_path:${sbatch%/*} ;;
        esac
        for name in $(env | sed -n -e 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p'); do
            case $name in
            HOME | PATH | SLURM_CONF | PWD | OLDPWD | SHLVL | _ | marker | root | patience | sbatch | job_path | name)
                ;;
            *) command unset "$name" 2>/dev/null ;;
            esac
        done
        for name in $(env | sed -n -e 's/^BASH_FUNC_\\([^=]*\\)[%(][%)]=.*/\\1/p'); do
            command unset -f "$name" 2>/dev/null
        done
        export USER="$(id -un)" SHELL=/bin/bash TZ=UTC0
        export LOGNAME="$USER"
        """

    static let decoder = """
        if command -v base64 >/dev/null 2>&1; then decode() { base64 -d; }
        elif command -v openssl >/dev/null 2>&1; then decode() { openssl enc -d -base64; }
        else decode() { echo 'neither base64 nor openssl' >&2; return 127; }
        fi
        """

    /// A session is a file that its command, sbatch included, keeps locked for as long as it works.
    ///
    /// When all are gone, so is the lock. Where there is no flock, or a file system without locks, a session counts as over when its file
    /// is 10 minutes old.
    static let session = """
        begin() {
            session=$marker.$$
            held=$root/.farfield-sessions/$session
            text=$({ printf '' >"$held"; } 2>&1) || { trouble=$trouble$text; return 1; }
            exec 9>>"$held"
            kind=age
            if command -v flock >/dev/null 2>&1 && flock -n 9 2>/dev/null; then kind=flock; fi
            printf '%s\\n' "$kind" >&9
            [ -s "$held" ] || { trouble=${trouble:-"$held cannot be written: is the disk full?"}; rm -f "$held"; return 1; }
        }
        alive() {
            if [ -z "$1" ]; then [ -n "$(find submitting -prune -mmin -1 2>/dev/null)" ]; return; fi
            kind=
            read -r kind 2>/dev/null <"$root/.farfield-sessions/$1" || return 1
            if [ "$kind" = flock ]; then
                flock -n "$root/.farfield-sessions/$1" true 2>/dev/null
                [ $? -eq 1 ]
            else
                [ -z "$(find "$root/.farfield-sessions/$1" -prune -mmin +10 2>/dev/null)" ]
            fi
        }
        """

    /// Taking a job: whoever makes its marker has it (`set -C` opens with O_EXCL, on NFS too).
    ///
    /// The marker names its session and how far it came. One whose session is over while it delivered is taken over;
    /// one that had begun to submit only when a search has found no job (`again`). What is known stays known when
    /// nobody listens any more: the answer may fail to be written, and must not count.
    static let taking = """
        known() {
            answer=
            [ -s jobid ] && read -r answer 2>/dev/null <jobid || return 1
            result accepted '' "$answer"
            return 0
        }
        make_marker() {
            created=no wrote=1
            set -C
            { created=yes; printf '%s deliver\\n' "$session"; wrote=$?; } 2>/dev/null >submitting
            set +C
            [ "$created" = yes ] || return 1
            [ "$wrote" -eq 0 ] && [ -s submitting ] && return 0
            rm -f submitting
            unsent marker "$(LC_ALL=C; { printf 'x\\n' >.farfield-probe; } 2>&1; rm -f .farfield-probe)"
            return 2
        }
        take() {
            left=$patience
            while :; do
                make_marker
                case $? in 0) return 0 ;; 2) return 1 ;; esac
                owner= phase=
                if read -r owner phase 2>/dev/null <submitting || [ -e submitting ]; then
                    if ! alive "$owner"; then
                        known && return 1
                        [ "$phase" = deliver ] || [ "$again" = yes ] || { result unknown marker "$owner"; return 1; }
                        take_over "$owner" && return 0
                    fi
                elif [ ! -w . ]; then
                    unsent marker "$root/$key cannot be written"
                    return 1
                fi
                known && return 1
                [ "$left" -gt 0 ] || { result unknown lock ''; return 1; }
                left=$((left - 1))
                sleep 1
                known && return 1
            done
        }
        take_over() {
            lock || return 1
            now= rest=
            read -r now rest 2>/dev/null <submitting
            if [ "$now" = "$1" ] && { printf '%s deliver\\n' "$session" >|submitting; } 2>/dev/null; then
                [ -s submitting ]; taken=$?
            else
                taken=1
            fi
            unlock
            return "$taken"
        }
        lock() {
            if command -v flock >/dev/null 2>&1; then
                exec 8>>.farfield-lock
                flock -w 5 8 2>/dev/null
                case $? in 0) return 0 ;; 1) return 1 ;; esac
            fi
            if mkdir .farfield-locked 2>/dev/null; then return 0; fi
            [ -z "$(find .farfield-locked -prune -mmin +10 2>/dev/null)" ] || rmdir .farfield-locked 2>/dev/null
            return 1
        }
        unlock() { exec 8>&-; rmdir .farfield-locked 2>/dev/null; }
        """

    /// A lane takes and delivers all of its jobs, checks the files in one go, then submits job after job.
    static let lane = """
        lane() {
            ready= files= modes= expected= finished=
            for index in "$@"; do "job_$index"; prepare; done
            cd "$root" || return
            [ -z "$modes" ] || eval "chmod 700 $modes" 2>/dev/null
            sums=
            [ -z "$ready" ] || while read -r crc size name; do sums="$sums $crc $size"; done <<FARFIELD_SUMS
        $(eval "cksum $files" 2>/dev/null)
        FARFIELD_SUMS
            for index in $ready; do "job_$index"; finish; done
            [ -z "$finished" ] || { cd "$root" && rm -f $finished; }
        }
        prepare() {
            cd "$root/$key" 2>/dev/null || { unsent folder "$trouble"; return; }
            # Reading the folder makes a network file system notice what another machine has written.
            set -- ./*
            known && return
            take || return
            if known; then rm -f submitting; return; fi
            "expect_$index" || { rm -f submitting; unsent inputs "$text"; return; }
            "deliver_$index" 2>/dev/null || text=$("deliver_$index" 2>&1) \\
                || { rm -f submitting; unsent files "$text"; return; }
            ready="$ready $index" files=$files$job_files modes=$modes$job_modes expected=$expected$job_sums
        }
        is_whole() {
            [ "$sums" = "$expected" ] && return 0
            found=
            while read -r crc size name; do found="$found $crc $size"; done <<FARFIELD_SUMS
        $(cd "$root" && eval "cksum $job_files" 2>/dev/null)
        FARFIELD_SUMS
            [ "$found" = "$job_sums" ]
        }
        finish() {
            cd "$root/$key" || { unsent folder "$trouble"; return; }
            why=
            [ ! -e "$held.down" ] || why=controller
            [ -n "$sbatch" ] || why=sbatch
            [ -n "$why" ] || is_whole || why=sums
            [ -n "$why" ] || { printf '%s submit\\n' "$session" >|submitting; } 2>/dev/null && [ -s submitting ] \\
                || why=${why:-marker}
            [ -n "$why" ] || { submit; return; }
            rm -f submitting
            case $why in
            sbatch) unsent sbatch "PATH=$PATH" ;;
            sums) unsent files "the files are not as sent: checksum$found" ;;
            *) unsent "$why" '' ;;
            esac
        }
        """

    /// The one call of sbatch, and what its answer means.
    var submission: String {
        """
        no_controller() { { printf '' >"$held.down"; } 2>/dev/null; }
        submit() {
            text=$(PATH=$job_path; exec "$sbatch" --parsable --job-name="$key" ${comment:+"--comment=$comment"} "$script" 2>&1)
            status=$?
            { printf 'status %s\\n%s\\n' "$status" "$text" >sbatch.log; } 2>/dev/null
            if [ "$status" -eq 0 ]; then
                answer=
                set -f; fields=$IFS; IFS='
        '
                for line in $text; do case $line in *[!0-9A-Za-z\\;._-]*) ;; [0-9]*) answer=$line ;; esac; done
                IFS=$fields; set +f
                [ -n "$answer" ] || { result unknown answer "$text"; return; }
                if { printf '%s\\n' "$answer" >jobid; } 2>/dev/null && [ -s jobid ]; then
                    finished="$finished ./$key/submitting"
                fi
                result accepted '' "$answer"
                return
            fi
            case $text in
            \(SubmissionTexts.shellPattern(SubmissionTexts.unknown)))
                no_controller; result unknown answer "$text"; return ;;
            *'sbatch: '* | *'slurm_'*) ;;
            *)
                case $status in
                126 | 127) no_controller; rm -f submitting; unsent sbatch "$text"; return ;;
                *) result unknown answer "status $status $text"; return ;;
                esac ;;
            esac
            rm -f submitting
            case $text in *'(connect failure)'*) no_controller ;; esac
            result definite '' "$text"
        }
        """
    }
}
