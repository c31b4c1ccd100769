//! A PostgreSQL of the tests' own.
//!
//! [`Cluster::start`] makes a server in a temporary directory; [`Cluster::shared`] is one for a
//! whole test program, with a fresh database for each test. However the test program ends, the
//! server ends with it: a guard process holds the other end of a pipe, and stops the server and
//! clears its directory when the pipe closes.
//!
//! PostgreSQL refuses to run as root; there the server runs as the user `postgres`.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, unreachable_pub)]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The oldest PostgreSQL that the program supports.
const OLDEST: u32 = 15;

/// How long a server may take to start, to recover or to die, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The owner of every database of the tests.
pub const USER: &str = "kontaktstelle";

/// A server of its own.
pub struct Cluster {
    directory: tempfile::TempDir,
    binaries: PathBuf,
    as_postgres: bool,
    port: u16,
    databases: AtomicU32,
    guard: Child,
}

impl Cluster {
    /// The server that all tests of this program share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(""))
    }

    /// Makes and starts a server; `settings` are lines for its `postgresql.conf`.
    pub fn start(settings: &str) -> Self {
        let binaries = binaries();
        let directory = tempfile::Builder::new()
            .prefix("kontaktstelle-postgres-")
            .tempdir()
            .unwrap();
        let as_postgres = fs::metadata(directory.path()).unwrap().uid() == 0;
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        if as_postgres {
            run(Command::new("chown").arg("postgres").arg(directory.path()));
        }
        let guard = guard(directory.path());
        let cluster = Self {
            directory,
            binaries,
            as_postgres,
            port: free_port(),
            databases: AtomicU32::new(0),
            guard,
        };
        // --no-sync speeds up the making only: the server itself runs with fsync on.
        run(cluster
            .command("initdb")
            .args([
                "--no-sync",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ])
            .args(["--username", USER, "--pgdata"])
            .arg(cluster.data()));
        let sockets = cluster.directory.path().display();
        let conf = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{sockets}'\n\
             fsync = on\nfull_page_writes = on\nsynchronous_commit = on\nmax_connections = 200\n{settings}\n",
            cluster.port
        );
        cluster.write("postgresql.conf", &conf);
        cluster.run();
        cluster
    }

    /// Starts the server again after [`Cluster::kill`] or [`Cluster::stop`], and waits until it
    /// has recovered.
    pub fn run(&self) {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.directory.path().join("server.log"))
            .unwrap();
        let mut server = self
            .command("postgres")
            .arg("-D")
            .arg(self.data())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
            .spawn()
            .unwrap();
        // The child is reaped whenever it ends; who kills it waits for its files, not for it.
        std::thread::spawn(move || server.wait());
        let ready = || {
            let mut probe = self.command("pg_isready");
            probe.arg("-h").arg(self.directory.path());
            probe.args(["-p", &self.port.to_string(), "-U", USER, "-d", "postgres"]);
            probe.output().unwrap().status.success()
        };
        self.wait_until("the server to start", ready);
    }

    /// Kills the server and all its processes at once, as a power cut does (except that the file
    /// system keeps what was not synced).
    pub fn kill(&self) {
        let Some(postmaster) = self.postmaster() else {
            return;
        };
        let children = fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children"));
        let mut all = vec![postmaster.to_string()];
        all.extend(
            children
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned),
        );
        // Some may be gone already; what matters is that none is left.
        let _gone = Command::new("kill").arg("-9").args(&all).output().unwrap();
        self.wait_until("the server to die", || all.iter().all(|pid| is_gone(pid)));
        fs::remove_file(self.data().join("postmaster.pid")).unwrap();
    }

    /// Stops or continues all processes of the server: a machine that has frozen still holds its
    /// connections open.
    pub fn freeze(&self, frozen: bool) {
        let postmaster = self.postmaster().unwrap();
        let children = fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children"));
        let mut all = vec![postmaster.to_string()];
        all.extend(children.unwrap().split_whitespace().map(str::to_owned));
        let signal = if frozen { "-STOP" } else { "-CONT" };
        let _gone = Command::new("kill")
            .arg(signal)
            .args(&all)
            .output()
            .unwrap();
    }

    /// Stops the server in order.
    pub fn stop(&self) {
        run(self
            .command("pg_ctl")
            .args(["stop", "-m", "fast", "-w", "-s", "-D"])
            .arg(self.data()));
    }

    /// A new, empty database; its URL.
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::SeqCst));
        self.create(&name);
        self.url(&name)
    }

    /// Creates a database under a name, if there is none.
    pub fn create(&self, name: &str) {
        let exists = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
        if self.psql("postgres", &exists).is_empty() {
            self.psql("postgres", &format!("CREATE DATABASE {name}"));
        }
    }

    /// The URL of a database, over the server's socket.
    pub fn url(&self, database: &str) -> String {
        let sockets = self.directory.path().display().to_string();
        let host = sockets.replace('/', "%2F");
        format!("postgres://{USER}@{host}:{}/{database}", self.port)
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs SQL behind the program's back and returns what it gives, a line a row.
    #[track_caller]
    pub fn psql(&self, database: &str, sql: &str) -> String {
        let mut command = self.command("psql");
        command
            .args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h"])
            .arg(self.directory.path())
            .args([
                "-p",
                &self.port.to_string(),
                "-U",
                USER,
                "-d",
                database,
                "-c",
                sql,
            ]);
        String::from_utf8(run(&mut command))
            .unwrap()
            .trim()
            .to_owned()
    }

    /// A program of PostgreSQL's, as the user that may run it, with the place of the server.
    pub fn command(&self, program: &str) -> Command {
        let program = self.binaries.join(program);
        let mut command = if self.as_postgres {
            let mut command = Command::new("setpriv");
            command
                .args([
                    "--reuid=postgres",
                    "--regid=postgres",
                    "--clear-groups",
                    "--",
                ])
                .arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.directory.path());
        command
            .env("PGHOST", self.directory.path())
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", USER);
        command
    }

    /// Writes a file into the data directory, for the server's eyes only.
    pub fn write(&self, name: &str, content: &str) {
        let path = self.data().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        if self.as_postgres {
            run(Command::new("chown").arg("postgres").arg(path));
        }
    }

    /// What the server has written into its log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("server.log")).unwrap_or_default()
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn postmaster(&self) -> Option<u32> {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        file.lines().next()?.trim().parse().ok()
    }

    #[track_caller]
    fn wait_until(&self, what: &str, mut done: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !done() {
            assert!(
                begun.elapsed() < PATIENCE,
                "waiting for {what}:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Closing its pipe is the guard's sign.
        drop(self.guard.stdin.take());
        let _gone = self.guard.wait();
    }
}

/// Where PostgreSQL's programs are. Debian keeps them out of the search path.
#[track_caller]
fn binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let found = versions
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|version| *version >= OLDEST)
        .max()
        .map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")));
    let in_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").exists())
    };
    found.or_else(in_path).unwrap_or_else(|| {
        panic!("these tests start a PostgreSQL {OLDEST} or newer of their own: install it (apt-get install postgresql)")
    })
}

/// The process that outlives the test program for as long as it takes to clear up.
fn guard(directory: &Path) -> Child {
    let script = r#"trap '' INT TERM HUP
        cat >/dev/null
        pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null &&
            for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null || break; sleep 0.2; done
        kill -CONT "$pid" 2>/dev/null; kill -KILL "$pid" 2>/dev/null
        rm -rf "$1""#;
    Command::new("sh")
        .args(["-c", script, "guard"])
        .arg(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap()
}

/// A port between those that other tests use and those that the kernel hands out, and never one
/// twice: other tests of this program start their servers at the same time.
fn free_port() -> u16 {
    static USED: AtomicU32 = AtomicU32::new(0);
    let first = 12_000 + std::process::id() % 15_000;
    std::iter::repeat_with(|| first + USED.fetch_add(1, Ordering::SeqCst))
        .take(500)
        .filter_map(|port| u16::try_from(port).ok())
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a free port")
}

/// Gone, or dead and not yet fetched by its parent.
fn is_gone(pid: &str) -> bool {
    match fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat
            .rsplit(')')
            .next()
            .is_some_and(|rest| rest.trim_start().starts_with('Z')),
        Err(_) => true,
    }
}

#[track_caller]
fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}
