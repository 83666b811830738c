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

public sealed class CountingVolumeTests : VolumeContract
{
    public override IVolume Make() => new CountingVolume(new MemoryVolume());

    [Fact]
    public async Task Everything_is_counted_by_kind_and_nothing_that_failed()
    {
        await using var volume = new CountingVolume(new MemoryVolume(capacity: 100));
        await using (var file = await volume.CreateAsync("f/x", CancellationToken.None))
        {
            await file.AppendAsync(new byte[60], CancellationToken.None);
            await Assert.ThrowsAsync<VolumeFullException>(async () => await file.AppendAsync(new byte[60], CancellationToken.None));
            await file.FlushAsync(CancellationToken.None);
            await file.TruncateAsync(50, CancellationToken.None);
        }

        await volume.RenameAsync("f/x", "f/y", CancellationToken.None);
        await volume.SyncFolderAsync("f", CancellationToken.None);
        var before = volume.Counts;
        await using (var file = await volume.OpenAsync("f/y", append: false, CancellationToken.None))
        {
            Assert.Equal(50, await file.ReadAsync(0, new byte[80], CancellationToken.None));
            Assert.Equal(20, file.Read(30, new byte[80]));
        }

        await Assert.ThrowsAsync<FileNotFoundException>(async () => await volume.OpenAsync("f/x", append: false, CancellationToken.None));
        await volume.DeleteAsync("f/y", CancellationToken.None);
        await foreach (var _ in volume.ListAsync("f", CancellationToken.None)) Assert.Fail("It was deleted.");
        Assert.Equal(new(0, 1, 0, 1, 0, 1, 0, 0, 1, 60, 1, 1), before);
        Assert.Equal(new(1, 0, 1, 0, 1, 0, 2, 70, 0, 0, 0, 0), volume.Counts.Since(before));
    }
}

public sealed class RateLimitedVolumeTests : VolumeContract
{
    public override IVolume Make() => new RateLimitedVolume(new MemoryVolume(), 1L << 40, 1L << 40, TimeProvider.System);

    [Fact]
    public async Task Reading_and_writing_each_keep_to_their_own_rate()
    {
        var time = new ManualTime();
        await using var volume = new RateLimitedVolume(new MemoryVolume(), readBytesPerSecond: 1000, writeBytesPerSecond: 100, time);
        await using var file = await volume.CreateAsync("x", CancellationToken.None);
        var start = time.GetUtcNow();
        for (var i = 0; i < 5; i++) await WithClockAsync(time, file.AppendAsync(new byte[100], CancellationToken.None).AsTask());
        // The last of five pieces waits for the four before it.
        Assert.Equal(TimeSpan.FromSeconds(4), time.GetUtcNow() - start);
        var buffer = new byte[500];
        start = time.GetUtcNow();
        Assert.Equal(500, file.Read(0, buffer));
        for (var i = 0; i < 4; i++) Assert.Equal(500, await WithClockAsync(time, file.ReadAsync(0, buffer, CancellationToken.None).AsTask()));
        Assert.Equal(TimeSpan.FromSeconds(2), time.GetUtcNow() - start);
    }

    [Fact]
    public async Task Idle_time_is_not_saved_up_and_a_wait_can_be_cancelled()
    {
        var time = new ManualTime();
        await using var volume = new RateLimitedVolume(new MemoryVolume(), null, writeBytesPerSecond: 100, time);
        await using var file = await volume.CreateAsync("x", CancellationToken.None);
        time.Advance(TimeSpan.FromHours(1));
        await file.AppendAsync(new byte[1000], CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var waiting = file.AppendAsync(new byte[1], stop.Token).AsTask();
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(waiting.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(1000, file.Length);
    }

    private static async Task<T> WithClockAsync<T>(ManualTime time, Task<T> task)
    {
        await WithClockAsync(time, (Task)task);
        return await task;
    }

    private static async Task WithClockAsync(ManualTime time, Task task)
    {
        while (!task.IsCompleted) time.Advance(TimeSpan.FromMilliseconds(100));
        await task;
    }
}
