using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using BackupFabric.Cli.Tests.Running;

namespace BackupFabric.Cli.Tests.Store;

/// <summary>A folder with a repository, and bf as an operator runs it there.</summary>
internal sealed class StoreScene : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bf store ");

    public string Repository => PathOf("repo");

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public static async Task<StoreScene> NewAsync(params string[] create)
    {
        var scene = new StoreScene();
        (await scene.RunAsync(["create", scene.Repository, .. create])).Succeeds();
        return scene;
    }

    /// <summary>A raw disk of text-like and random bytes and holes, as a sparse file.</summary>
    public string MakeRaw(string name, long length, int seed)
    {
        using var file = File.OpenHandle(PathOf(name), FileMode.CreateNew, FileAccess.Write);
        RandomAccess.SetLength(file, length);
        var (random, piece) = (new Random(seed), new byte[1 << 20]);
        for (var at = 0L; at < length; at += piece.Length)
        {
            if (random.Next(3) == 0) continue;
            var bytes = piece.AsSpan(0, (int)Math.Min(random.Next(1, piece.Length), length - at));
            if (random.Next(2) == 0) random.NextBytes(bytes);
            else bytes.Fill((byte)random.Next(256));
            RandomAccess.Write(file, bytes, at);
        }

        return PathOf(name);
    }

    /// <summary>A disk with the same beginning.</summary>
    public string CopyOfStart(string raw, string name, long length)
    {
        File.Copy(raw, PathOf(name));
        using var file = File.OpenHandle(PathOf(name), FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.SetLength(file, length);
        return PathOf(name);
    }

    /// <summary>Changes some places in a raw disk and returns the list of them as RANGES.json.</summary>
    public string Change(string raw, int seed, int places)
    {
        using var file = File.OpenHandle(raw, FileMode.Open, FileAccess.ReadWrite);
        var (random, length, ranges) = (new Random(seed), RandomAccess.GetLength(file), new List<object>());
        for (var i = 0; i < places; i++)
        {
            var bytes = new byte[512 * random.Next(1, 200)];
            if (random.Next(4) > 0) random.NextBytes(bytes);
            var offset = random.NextInt64((length - bytes.Length) / 512) * 512;
            RandomAccess.Write(file, bytes, offset);
            ranges.Add(new { offset, length = bytes.Length });
        }

        return Write($"ranges-{seed}.json", JsonSerializer.Serialize(ranges));
    }

    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    public long PackBytes() => new[] { "data", "maps" }.Sum(folder => new DirectoryInfo(Path.Combine(Repository, folder)).EnumerateFiles().Sum(file => file.Length));

    /// <summary>Another folder with the same files.</summary>
    public string CopyOfRepository(string name)
    {
        foreach (var file in Directory.GetFiles(Repository, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(PathOf(name), Path.GetRelativePath(Repository, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return PathOf(name);
    }

    /// <summary>Every file with its content.</summary>
    public string Fingerprint() => string.Join('\n', Directory.GetFileSystemEntries(Repository, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(path => path + " " + (File.Exists(path) ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))) : "")));

    public async Task<BfRun> RunAsync(params string[] arguments)
    {
        using var bf = Start(arguments);
        return await bf.EndAsync();
    }

    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var run = await RunAsync([.. arguments, "--json"]);
        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        return run.Json();
    }

    public async Task<string> RefusalAsync(int exitCode, params string[] arguments)
    {
        var run = await RunAsync([.. arguments, "--json"]);
        run.ShowsNoStackTrace();
        Assert.True(run.ExitCode == exitCode, $"{run.ExitCode}: {run.Out}{run.Error}");
        var problem = run.Json().GetProperty("problem");
        Assert.NotEqual("", problem.GetProperty("sentence").GetString());
        Assert.NotEqual("", problem.GetProperty("advice").GetString());
        return problem.GetProperty("code").GetString()!;
    }

    /// <summary>The heap may not grow beyond what the whole process is promised to need.</summary>
    public BfProcess Start(params string[] arguments) =>
        BfProcess.Start(PathOf("no profile.json"), ["store", .. arguments], new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0xC000000" });

    /// <summary>Restores a point as raw and compares it with a file, byte for byte.</summary>
    public async Task AssertRestoresAsync(string point, string raw)
    {
        var restored = PathOf($"restored-{Guid.NewGuid():N}.raw");
        (await RunAsync("restore", Repository, point, restored)).Succeeds();
        Assert.True(SameBytes(restored, raw), $"{point} restores to other bytes than {raw}.");
        File.Delete(restored);
    }

    public static void JudgeEqual(string first, string second)
    {
        using var judge = Process.Start(new ProcessStartInfo("qemu-img", ["compare", first, second]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = judge.StandardOutput.ReadToEnd() + judge.StandardError.ReadToEnd();
        judge.WaitForExit();
        Assert.True(judge.ExitCode == 0, said);
    }

    public static bool SameBytes(string first, string second)
    {
        using FileStream a = File.OpenRead(first), b = File.OpenRead(second);
        if (a.Length != b.Length) return false;
        byte[] x = new byte[1 << 20], y = new byte[1 << 20];
        for (int read; (read = a.ReadAtLeast(x, x.Length, throwOnEndOfStream: false)) > 0;)
        {
            b.ReadExactly(y, 0, read);
            if (!x.AsSpan(0, read).SequenceEqual(y.AsSpan(0, read))) return false;
        }

        return true;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

internal static class StoreRuns
{
    public static void Succeeds(this BfRun run) => Assert.True(run.ExitCode == 0, $"{run.ExitCode}: {run.Out}{run.Error}");
}
