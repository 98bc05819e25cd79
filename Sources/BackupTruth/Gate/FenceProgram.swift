/// How the one role that may still come in proves who it is (pg_hba.conf, local connections).
package enum FenceMethod: String, Sendable, CaseIterable {
    case peer
    case scram = "scram-sha-256"
    case md5
    case trust
}

/// The program that shuts a restored server before it takes its first connection: POSIX shell, nothing of ours beside it.
///
/// It lies in the data folder, so that every physical copy has it. It must not hold a tab or a backslash: the server
/// writes it with COPY.
package struct FenceProgram: Sendable {
    /// Its name in the data folder.
    package static let name = "habeas_fence.sh"
    /// What pg_hba.conf begins with while the fence is closed.
    package static let mark = "# habeas fence: closed"
    /// What `recovery_end_command` is. The server only warns of an exit status, and starts; a command that is ended by a
    /// signal ends the start. By then it has removed recovery.signal: without it the next start would be a crash recovery,
    /// which runs no command.
    package static let command = "sh ./\(name) close || { touch recovery.signal; kill -9 $$; }"

    let role: String
    let method: FenceMethod

    /// - Parameter role: the role that may come in over the local socket.
    /// - Throws: `RestoreError.Code.badFence` for a name that can't stand in pg_hba.conf.
    package init(role: String, method: FenceMethod) throws(RestoreError) {
        let isPlain = role.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-.@$".unicodeScalars.contains($0))
        }
        guard isPlain, !role.isEmpty, role.utf8.count <= 63 else {
            throw RestoreError(
                .badFence, "the role of the fence must be of ASCII letters, digits and _ - . @ $",
                hint: "name a superuser's role with --role")
        }
        self.role = role
        self.method = method
    }

    /// The rules while the fence is closed.
    var rules: [String] {
        [
            Self.mark,
            "# Restored: people who were erased may be in it. `habeas replay` opens it; the rules of before are in",
            "# habeas_fence.hba in the data folder.", "local all \"\(role)\" \(method.rawValue)",
            "local all all reject",
            "local replication all reject", "host all all all reject", "host replication all all reject",
        ]
    }

    /// The program's text.
    package var text: String {
        """
        #!/bin/sh
        # The restore gate of Habeas. `close` runs at the end of recovery (recovery_end_command), in the data folder, before
        # the server takes a connection: it leaves pg_hba.conf with one role on the local socket. `open` puts the rules of
        # before back. On any error of its own it ends the server: better none than one that shows who was erased. `arm` is for
        # tools that write a command of their own into what they restore: it puts this one behind it, and the last one counts.
        set -u
        export PATH="${PATH:-/usr/local/bin:/usr/bin:/bin}" LC_ALL=C
        umask 077
        verb="${1:-close}"
        saved=habeas_fence.hba
        role='\(role)'
        server=""

        say() { echo "habeas fence: $1" >&2; }

        fail() {
            say "$1"
            if [ "$verb" = close ]; then
                say "the server is ended, since it can't be shut"
                # The next start is to end here, too.
                touch recovery.signal
                [ -z "$server" ] || kill -s QUIT "$server"
                kill -s KILL $$
            fi
            exit 1
        }

        [ "$verb" != arm ] || cd "$(dirname "$0")" || fail "the data folder can't be entered"
        [ -f PG_VERSION ] || fail "this isn't a data folder"
        if [ "$verb" = arm ]; then
            echo >> postgresql.auto.conf || fail "postgresql.auto.conf can't be written"
            cat >> postgresql.auto.conf <<'LINE' || fail "postgresql.auto.conf can't be written"
        recovery_end_command = '\(Self.command)'
        LINE
            say "armed: the restored server will be closed"
            exit 0
        fi
        [ -s postmaster.pid ] || fail "there is no postmaster.pid"
        server=$(sed -n 1p postmaster.pid)
        case "$server" in ''|*[!0-9]*) server=""; fail "postmaster.pid holds no process id" ;; esac

        # The server's own words as it was started say where pg_hba.conf is; Debian has it outside the data folder.
        [ -s postmaster.opts ] || fail "there is no postmaster.opts"
        eval "set -- $(sed -n 1p postmaster.opts)" || fail "postmaster.opts can't be read"
        program=$1
        shift
        ask() { "$program" "$@"; }
        hba=$(ask "$@" -C hba_file 2>/dev/null) || fail "the server's program doesn't say where pg_hba.conf is"
        [ -n "$hba" ] || fail "the server's program doesn't say where pg_hba.conf is"
        standby=$(ask "$@" -C hot_standby 2>/dev/null) || standby=on

        is_closed() { [ "$(sed -n 1p "$hba" 2>/dev/null)" = '\(Self.mark)' ]; }

        write_rules() {
            cat > "$hba" <<'RULES' || return 1
        \(rules.joined(separator: "\n"))
        RULES
            is_closed && [ "$(wc -l < "$hba")" -eq \(rules.count) ]
        }

        # Readers of a hot standby are there before it is promoted; nobody is when hot_standby is off.
        end_sessions() {
            folder=$(sed -n 5p postmaster.pid)
            port=$(sed -n 4p postmaster.pid)
            [ -n "$folder" ] || return 0
            client="$(dirname "$program")/psql"
            [ -x "$client" ] || client=psql
            sql="SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            sql="$sql WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            set -- -X -w -q -h "$folder" -p "$port" -U "$role" -d postgres
            said=$("$client" "$@" -c "$sql" 2>&1) && return 0
            case "$said" in
            *"starting up"*|*"not yet accepting connections"*|*"not accepting connections"*) return 0 ;;
            esac
            return 1
        }

        case "$verb" in
        close)
            if is_closed; then
                [ -s "$saved" ] || fail "pg_hba.conf is closed, and the rules of before are gone"
            elif [ -s "$hba" ]; then
                cp "$hba" "$saved.new" && mv "$saved.new" "$saved" || fail "the rules of pg_hba.conf can't be kept"
            else
                [ -s "$saved" ] || fail "there is no pg_hba.conf"
            fi
            write_rules || fail "pg_hba.conf can't be written"
            kill -s HUP "$server" || fail "the server can't be told to read pg_hba.conf"
            if [ "$standby" != off ]; then
                say "hot_standby was on: readers may have come in before now"
                end_sessions || fail "sessions from before can't be ended"
            fi
            # Barman's copy of the log, which the command that stood here before would have removed.
            rm -rf barman_wal || say "barman_wal can't be removed; it holds log from before the erasures"
            say "closed; run habeas replay"
            ;;
        open)
            is_closed || { say "it is open"; exit 0; }
            [ -s "$saved" ] || fail "the rules of before are gone; write pg_hba.conf by hand"
            cat "$saved" > "$hba" || fail "pg_hba.conf can't be written"
            kill -s HUP "$server" || fail "the server can't be told to read pg_hba.conf"
            rm -f "$saved"
            ;;
        *)
            say "close, open or arm"
            exit 64
            ;;
        esac
        exit 0

        """
    }
}
