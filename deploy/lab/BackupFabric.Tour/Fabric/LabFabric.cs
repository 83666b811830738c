using System.Net;
using System.Net.Sockets;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Tour.Fabric;

/// <summary>
/// A server, a simulated data centre and its agents, as real processes on loopback in one folder. The tour shows it, the end-to-end tests hurt it.
/// </summary>
public sealed class LabFabric(Programs programs, LabFolder folder, int port, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<ChildProcess> _processes = [];
    private readonly Dictionary<string, ChildProcess> _agents = [];

    public LabFolder Folder { get; } = folder;

    public Programs Programs { get; } = programs;

    public int Port { get; } = port;

    public Uri Address { get; } = new($"https://127.0.0.1:{port}");

    public ChildProcess? Server { get; private set; }

    /// <summary>Settings that later starts of server and agents get (BACKUPFABRIC_...).</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public Task<CommandResult> LabAsync(CancellationToken cancellation, params string[] arguments) =>
        CommandResult.RunAsync(Programs.Lab, [.. arguments, "--dir", Folder.Lab, "--json"], cancellation);

    public Task<CommandResult> BfAsync(CancellationToken cancellation, params string[] arguments) =>
        CommandResult.RunAsync(Programs.Bf, [.. arguments, "--profile", Folder.Profile, "--json"], cancellation, new Dictionary<string, string> { ["NO_COLOR"] = "1" });

    /// <summary>Starts the server and waits until it answers.</summary>
    public async Task StartServerAsync(CancellationToken cancellation)
    {
        Server = Launch("server", Programs.Server, "--data", Folder.Server, "--port", $"{Port}", "--bind", "127.0.0.1");
        using var http = new HttpClient(UnverifiedForHealth()) { BaseAddress = Address };
        await UntilAsync("the server answers", async () =>
        {
            if (Server.HasExited) throw new TourException($"The server ended at its start:\n{Server.LogTail()}");
            try
            {
                using var answer = await http.GetAsync(Routes.Health, cancellation);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false; // not listening yet
            }
        }, cancellation);
    }

    /// <summary>Signs `bf` in with the account that the server made at its first start.</summary>
    public async Task SignInAsync(CancellationToken cancellation)
    {
        var first = FirstSignIn();
        var password = Path.Combine(Folder.Path, "password.txt");
        await File.WriteAllTextAsync(password, first.Password + "\n", cancellation);
        (await BfAsync(cancellation, "login", $"{Address}", "--user", first.User, "--password-file", password, "--fingerprint", first.Fingerprint)).Expect();
        File.Delete(password);
    }

    /// <summary>DATA/first-sign-in.txt: "name: value" lines.</summary>
    public (string User, string Password, string Fingerprint) FirstSignIn()
    {
        var fields = File.ReadLines(Path.Combine(Folder.Server, "first-sign-in.txt")).Select(l => l.Split(':', 2)).Where(p => p.Length == 2)
            .ToDictionary(p => p[0].Trim().ToLowerInvariant(), p => p[1].Trim());
        return (fields["user"], fields["password"], fields["fingerprint"]);
    }

    public async Task EnrolAsync(string host, CancellationToken cancellation)
    {
        var token = (await BfAsync(cancellation, "host", "token", "--host", host)).Expect().As<HostTokenView>();
        (await CommandResult.RunAsync(Programs.Agent, ["enrol", "--server", $"{Address}", "--token", token.Token, "--name", host, "--data", Folder.Agent(host)], cancellation)).Expect();
    }

    public ChildProcess StartAgent(string host) =>
        _agents[host] = Launch($"agent-{host}", Programs.Agent, "run", "--data", Folder.Agent(host), "--lab", Folder.Lab, "--host", host);

    public ChildProcess Agent(string host) => _agents[host];

    public async Task<IReadOnlyList<HostView>> HostsAsync(CancellationToken cancellation) =>
        (await BfAsync(cancellation, "host", "list")).Expect().As<List<HostView>>();

    /// <summary>Starts an agent and waits until the server sees it.</summary>
    public async Task StartAgentAndWaitAsync(string host, CancellationToken cancellation)
    {
        var agent = StartAgent(host);
        await UntilAsync($"{host} is online", async () =>
        {
            if (agent.HasExited) throw new TourException($"The agent of {host} ended at its start:\n{agent.LogTail()}");
            return (await HostsAsync(cancellation)).Any(h => h.Name == host && h.Status == "online");
        }, cancellation);
    }

    public async Task<VmView> VmAsync(string name, CancellationToken cancellation)
    {
        VmView? found = null;
        await UntilAsync($"VM {name} is in the inventory", async () =>
        {
            var vms = (await BfAsync(cancellation, "vm", "list")).Expect().As<List<VmView>>();
            found = vms.FirstOrDefault(v => v.Name == name && v.HostName is not null);
            return found is not null;
        }, cancellation);
        return found!;
    }

    public async Task UntilAsync(string what, Func<Task<bool>> holds, CancellationToken cancellation, TimeSpan? patience = null)
    {
        var started = time.GetTimestamp();
        while (!await holds())
        {
            if (time.GetElapsedTime(started) > (patience ?? Patience))
                throw new TourException($"Waited too long until {what}.\n{string.Join('\n', _processes.DistinctBy(p => p.Log).Select(p => $"--- {p.Name}\n{p.LogTail()}"))}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation);
        }
    }

    /// <summary>Lets everything run on after this object is gone.</summary>
    public void LeaveRunning()
    {
        Folder.Remember(_processes.Where(p => !p.HasExited));
        _processes.Clear();
    }

    public ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            process.Terminate();
            process.Dispose();
        }

        _processes.Clear();
        return ValueTask.CompletedTask;
    }

    private ChildProcess Launch(string name, string program, params string[] arguments)
    {
        Directory.CreateDirectory(Folder.Logs);
        var process = ChildProcess.Start(name, program, arguments, Path.Combine(Folder.Logs, name + ".log"), Environment);
        _processes.Add(process);
        // Written at once: a tour that is killed leaves nothing that the next one cannot stop.
        Folder.Remember(_processes.Where(p => !p.HasExited));
        return process;
    }

#pragma warning disable CA5359 // Asked for nothing but "are you there"; everything that matters goes through bf and its pinned authority.
    private static SocketsHttpHandler UnverifiedForHealth() => new() { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } };
#pragma warning restore CA5359
}
