using System.Diagnostics;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Tests.Volumes;

public sealed class LocalVolumeTests : VolumeContract, IDisposable
{
    private readonly TestFolder _folder = new();

    public override IVolume Make() => new LocalVolume(Path.Combine(_folder.Path, "repository"));

    [Theory]
    [InlineData("../outside")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("/absolute")]
    public async Task A_name_never_leaves_the_folder(string name)
    {
        await using var volume = Make();
        await Assert.ThrowsAsync<ArgumentException>(async () => await volume.CreateAsync(name, CancellationToken.None));
    }

    [Fact]
    public async Task A_full_file_system_says_full_and_the_append_that_failed_leaves_the_length()
    {
        Assert.SkipWhen(!CanMount && Environment.GetEnvironmentVariable("CI") != "true", "Mounting a small file system needs root.");
        var small = Directory.CreateDirectory(Path.Combine(_folder.Path, "small")).FullName;
        Assert.Equal(0, Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small));
        try
        {
            await using var volume = new LocalVolume(small);
            Assert.InRange(volume.FreeBytes(), 1, 1 << 20);
            await using var file = await volume.CreateAsync("big", CancellationToken.None);
            await file.AppendAsync(new byte[600 << 10], CancellationToken.None);
            await Assert.ThrowsAsync<VolumeFullException>(async () => await file.AppendAsync(new byte[600 << 10], CancellationToken.None));
            Assert.Equal(600 << 10, file.Length);
            await file.AppendAsync(new byte[100 << 10], CancellationToken.None);
            Assert.Equal(700 << 10, file.Length);
        }
        finally
        {
            Run("umount", small);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static bool CanMount => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}

public sealed class MemoryVolumeTests : VolumeContract
{
    public override IVolume Make() => new MemoryVolume();
}

public sealed class FaultVolumeTests : VolumeContract
{
    public override IVolume Make() => new FaultVolume(new MemoryVolume());
}
