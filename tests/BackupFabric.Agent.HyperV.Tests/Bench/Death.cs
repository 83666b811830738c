using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Disks;

namespace BackupFabric.Agent.HyperV.Tests.Bench;

internal sealed class AgentDiedException() : Exception("The agent died here.");

/// <summary>The agent dies at its n-th effect on the host or on its journal: before it, or right after it, when nobody has learnt of it yet.</summary>
internal sealed class Death(int step)
{
    private int _left = step;

    public bool Happened => _left <= 0;

    public void Step()
    {
        if (_left > 0) _left--;
        Check();
    }

    public void Check()
    {
        if (Happened) throw new AgentDiedException();
    }

    public HostSeams Over(HostSeams seams) => seams with
    {
        Virtualization = new MortalWmi(seams.Virtualization, this),
        Disks = new MortalDisks(seams.Disks, this),
        Files = new MortalFiles(seams.Files, this),
    };

    private sealed class MortalWmi(IWmi wmi, Death death) : IWmi
    {
        public string Namespace => wmi.Namespace;

        public IAsyncEnumerable<WmiObject> QueryAsync(string wql, CancellationToken cancellation = default)
        {
            death.Check();
            return wmi.QueryAsync(wql, cancellation);
        }

        public ValueTask<WmiObject?> GetAsync(string path, CancellationToken cancellation = default)
        {
            death.Check();
            return wmi.GetAsync(path, cancellation);
        }

        public async ValueTask<WmiObject> InvokeAsync(string path, string method, IReadOnlyDictionary<string, object?> arguments, CancellationToken cancellation = default)
        {
            death.Step();
            var answer = await wmi.InvokeAsync(path, method, arguments, cancellation);
            death.Step();
            return answer;
        }

        public IAsyncEnumerable<WmiObject> SubscribeAsync(string wql, CancellationToken cancellation = default) => wmi.SubscribeAsync(wql, cancellation);

        public ValueTask DisposeAsync() => wmi.DisposeAsync();
    }

    private sealed class MortalDisks(IVirtualDiskService disks, Death death) : IVirtualDiskService
    {
        public async Task<IOpenVirtualDisk> OpenAsync(string path, CancellationToken cancellation = default)
        {
            death.Step();
            return await disks.OpenAsync(path, cancellation);
        }

        public async Task<IVirtualDiskWriter> CreateAsync(string path, DiskImageOptions options, CancellationToken cancellation = default)
        {
            death.Step();
            var writer = await disks.CreateAsync(path, options, cancellation);
            try
            {
                death.Step();
                return writer;
            }
            catch
            {
                // The handle of a dead process is closed by the system.
                await writer.DisposeAsync();
                throw;
            }
        }
    }

    private sealed class MortalFiles(IHostFiles files, Death death) : IHostFiles
    {
        public bool FolderExists(string path) => files.FolderExists(path);

        public bool FileExists(string path) => files.FileExists(path);

        public IReadOnlyList<string> List(string folder) => files.List(folder);

        public void CreateFolder(string path) => Around(() => files.CreateFolder(path));

        public Task<byte[]> ReadAllAsync(string path, CancellationToken cancellation = default) => files.ReadAllAsync(path, cancellation);

        public async Task WriteAllAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation = default)
        {
            death.Step();
            await files.WriteAllAsync(path, content, cancellation);
            death.Step();
        }

        public void DeleteFile(string path) => Around(() => files.DeleteFile(path));

        public void DeleteFolder(string path) => Around(() => files.DeleteFolder(path));

        public long FreeBytes(string path) => files.FreeBytes(path);

        private void Around(Action effect)
        {
            death.Step();
            effect();
            death.Step();
        }
    }
}
