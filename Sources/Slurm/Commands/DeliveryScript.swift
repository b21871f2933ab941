import FoundationEssentials

/// The shell text of `DeliverAndSubmit`.
struct DeliveryScript {
    let entries: [DeliverAndSubmit.Entry]
    let lockWaitSeconds: Int

    /// The whole body: functions, one delivery function per entry, then one attempt per entry.
    var text: String {
        let deliveries = entries.indices.map(delivery).joined(separator: "\n")
        let attempts = entries.indices.map(attempt).joined(separator: "\n")
        return """
            umask 077
            trap '' HUP PIPE
            wait=\(max(0, lockWaitSeconds))
            down=no
            \(Self.cleanliness)
            \(Self.decoder)
            \(Self.locking)
            \(submission)
            \(deliveries)
            \(attempts)
            """
    }

    private func attempt(_ index: Int) -> String {
        let entry = entries[index]
        let words = [
            String(index), RemoteFolder.word(entry.root), entry.key, ShellWord.quoteWithoutNUL("./\(entry.script)"),
            entry.resubmits ? "yes" : "no",
        ]
        // An attempt is a subshell: what goes wrong in one does not reach the next. Status 3: the controller is away.
        return "(attempt \(words.joined(separator: " "))); [ $? -ne 3 ] || down=yes"
    }

    private func delivery(_ index: Int) -> String {
        let files = entries[index].files
        let puts = files.map { file in
            """
            put \(Self.word(file)) \(file.isExecutable ? "700" : "600") <<'FARFIELD_END' || return 1
            \(Self.encoded(file.bytes))FARFIELD_END
            """
        }
        let names = files.map(Self.word).joined(separator: " ")
        let checksum = ByteChecksum.line(files.flatMap(\.bytes))
        return """
            deliver_\(index)() {
            \(puts.joined(separator: "\n"))
            sum=$(cat \(names) | cksum) || return 1
            [ "$sum" = '\(checksum)' ] || { echo "the files are not as sent: checksum $sum"; return 1; }
            }
            """
    }

    private static func word(_ file: DeliverAndSubmit.File) -> String {
        ShellWord.quoteWithoutNUL("./\(file.path)")
    }

    /// Base64 in lines of 76 characters, each with its end.
    private static func encoded(_ bytes: [UInt8]) -> String {
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 57) {
            text += Data(bytes[start..<min(start + 57, bytes.count)]).base64EncodedString() + "\n"
        }
        return text
    }

    private static let decoder = """
        if command -v base64 >/dev/null 2>&1; then decode() { base64 -d; }
        elif command -v openssl >/dev/null 2>&1; then decode() { openssl enc -d -base64; }
        else decode() { echo 'neither base64 nor openssl'; return 127; }
        fi
        put() {
            case $1 in ./*/*) mkdir -p "${1%/*}" || return 1 ;; esac
            decode >"$1.farfield-part" && chmod "$2" "$1.farfield-part" && mv -f "$1.farfield-part" "$1"
        }
        """

    /// Calls sbatch in an environment made here, so that a job sees nothing of the login shell's profile.
    ///
    /// sbatch passes its own environment on (`--export=ALL`). Its NIL and NONE would have Slurm 22.05 run the whole
    /// login profile on the node instead. The folder of Slurm's programs comes last, for srun inside the job.
    private static let cleanliness = """
        sbatch=$(command -v sbatch) || sbatch=
        path=/usr/local/bin:/usr/bin:/bin
        case $sbatch in /*/*) case ":$path:" in *":${sbatch%/*}:"*) ;; *) path=$path:${sbatch%/*} ;; esac ;; esac
        user=$(id -un)
        clean() {
            env -i HOME="$HOME" USER="$user" LOGNAME="$user" SHELL=/bin/bash PATH="$path" TZ=UTC0 \\
                ${SLURM_CONF:+SLURM_CONF="$SLURM_CONF"} "$@"
        }
        """

    /// flock where it works; a folder as lock where it does not (no flock, or a file system without locks).
    ///
    /// A folder left by a killed shell is taken over when it is 10 minutes old.
    private static let locking = """
        lock() {
            if command -v flock >/dev/null 2>&1; then
                exec 9>>.farfield-lock
                flock -w "$wait" 9 2>/dev/null
                case $? in 0) return 0 ;; 1) return 1 ;; esac
            fi
            tries=0
            until mkdir .farfield-locked 2>/dev/null; do
                if [ -n "$(find .farfield-locked -prune -mmin +10 2>/dev/null)" ]; then
                    mv .farfield-locked ".farfield-stale.$$" 2>/dev/null && rmdir ".farfield-stale.$$"
                    continue
                fi
                [ "$tries" -lt "$wait" ] || return 1
                tries=$((tries + 1))
                sleep 1
            done
            trap 'rmdir .farfield-locked 2>/dev/null' EXIT
        }
        """

    private var submission: String {
        """
        result() { section result "$index" "$@"; }
        unsent() { result unsent "$1"; printf '%s\\n' "$2"; }
        accepted() { result accepted; cat jobid; }
        attempt() {
            index=$1 root=$2 key=$3 script=$4 again=$5
            text=$(mkdir -p "$root/$key" 2>&1) && cd "$root/$key" || { unsent folder "$text"; return 1; }
            if [ -s jobid ]; then accepted; return 0; fi
            text=$({ printf '' >>.farfield-lock; } 2>&1) || { unsent folder "$text"; return 1; }
            lock || { result unknown lock; return 1; }
            # Reading the folder makes a network file system notice what another machine has written.
            set -- ./*
            if [ -s jobid ]; then accepted; return 0; fi
            if [ -e submitting ] && [ "$again" = no ]; then result unknown marker; cat submitting; return 1; fi
            if [ "$down" = yes ]; then unsent controller ''; return 1; fi
            [ -n "$sbatch" ] || { unsent sbatch "PATH=$PATH"; return 1; }
            text=$("deliver_$index" 2>&1) || { unsent files "$text"; return 1; }
            text=$({ date +%s >submitting && [ -s submitting ]; } 2>&1) || { unsent marker "$text"; return 1; }
            submit
        }
        submit() {
            text=$(clean "$sbatch" --parsable --job-name="$key" "$script" 2>&1 9>&-)
            status=$?
            printf '%s\\n' "status $status" "$text" 2>/dev/null >sbatch.log
            if [ "$status" -eq 0 ]; then
                answer=
                set -f; fields=$IFS; IFS='
        '
                for line in $text; do case $line in *[!0-9A-Za-z\\;._-]*) ;; [0-9]*) answer=$line ;; esac; done
                IFS=$fields
                [ -n "$answer" ] || { result unknown answer; printf '%s\\n' "$text"; return 1; }
                if printf '%s\\n' "$answer" 2>/dev/null >.farfield-jobid && [ -s .farfield-jobid ]; then
                    mv -f .farfield-jobid jobid && rm -f submitting
                fi
                result accepted; printf '%s\\n' "$answer"
                return 0
            fi
            case $text in
            \(SubmissionTexts.shellPattern(SubmissionTexts.unknown)))
                result unknown answer; printf '%s\\n' "$text"; return 3 ;;
            *'sbatch: '* | *'slurm_'*) ;;
            *)
                case $status in
                126 | 127) rm -f submitting; unsent sbatch "$text"; return 3 ;;
                *) result unknown answer; printf '%s\\n' "status $status" "$text"; return 1 ;;
                esac ;;
            esac
            rm -f submitting
            result definite; printf '%s\\n' "$text"
            case $text in *'(connect failure)'*) return 3 ;; esac
            return 0
        }
        """
    }
}
