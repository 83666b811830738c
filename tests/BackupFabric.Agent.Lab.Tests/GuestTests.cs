using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Guests;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Tests;

public sealed class GuestTests
{
    [Fact]
    public async Task The_truth_is_what_an_independent_replay_of_the_writes_gives()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync(size: 64 << 20, used: 8 << 20);
        VmFolder folder = lab.Lab.Vm(vm.Id);
        byte[] replayed = await WholeAsync(await LabTruth.OpenAsync(lab.Dir, "web", 0, 0, LabFixture.Cancellation));
        await BackupCycleTests.WriteAsync(lab, 12 << 20);
        long last = Truth.LastSequence(folder);
        long halfway = last / 2;
        byte[]? atHalf = null;
        foreach ((WriteRecord write, long sequence) in Truth.Writes(folder, 1, last).Select((w, i) => (w, i + 1L)))
        {
            // Byte by byte, with none of the shortcuts of the reader.
            byte[] content = new byte[write.Length];
            for (int word = 0; word < content.Length; word += 8)
                WritePattern.Fill(write.Kind, write.Seed, word, content.AsSpan(word, 8));
            content.CopyTo(replayed, write.Offset);
            if (sequence == halfway)
                atHalf = [.. replayed];
        }

        byte[] truth = await WholeAsync(await LabTruth.OpenAsync(lab.Dir, "web", 0, null, LabFixture.Cancellation));
        byte[] truthAtHalf = await WholeAsync(await LabTruth.OpenAsync(lab.Dir, vm.Id.ToString(), 0, halfway, LabFixture.Cancellation));
        Assert.True(replayed.AsSpan().SequenceEqual(truth));
        Assert.True(atHalf.AsSpan().SequenceEqual(truthAtHalf));
        await using IVirtualDisk disk = await DiskImage.OpenAsync(lab.Host.Volumes.ToLocal(vm.Settings.Disks[0].Path), writable: false, LabFixture.Cancellation);
        byte[] real = new byte[disk.Length];
        await disk.ReadAsync(0, real, LabFixture.Cancellation);
        Assert.True(replayed.AsSpan().SequenceEqual(real));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_pattern_is_the_same_wherever_one_starts_to_read_it(int kind)
    {
        byte[] whole = new byte[8192];
        WritePattern.Fill((WriteKind)kind, 42, 0, whole);
        byte[] part = new byte[1001];
        foreach (int offset in (int[])[0, 1, 7, 8, 511, 4096, 5003])
        {
            WritePattern.Fill((WriteKind)kind, 42, offset, part);
            Assert.True(whole.AsSpan(offset, part.Length).SequenceEqual(part), $"at {offset}");
        }
    }

    [Fact]
    public async Task A_production_checkpoint_never_catches_the_application_in_a_transaction_and_a_crash_consistent_one_does()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        HostSeams host = lab.Open();
        await using IWmi wmi = host.Virtualization;
        WmiDriver driver = new(wmi);
        using LabGuest guest = await LabGuest.OpenAsync(lab.Dir, "web", 1, cancellation: LabFixture.Cancellation);
        lab.Fault(new() { Pauses = { new() { Point = "application-between" } } });
        Task writing = guest.WriteAsync(1 << 20, LabFixture.Cancellation);
        await LabFixture.UntilAsync(() => File.Exists(Path.Combine(lab.Dir, "paused", "HV1.application-between")), "the application is in a transaction");

        WmiObject crash = await driver.CheckpointAsync(vm.Id, 2);
        Assert.Equal("torn", await JudgeAsync(lab, host, driver, crash));
        Task<WmiObject> production = driver.CheckpointAsync(vm.Id, 1);
        lab.Fault(new());
        Assert.Equal("consistent", await JudgeAsync(lab, host, driver, await production));
        await writing;
    }

    [Fact]
    public async Task A_vm_has_one_guest_and_only_while_it_runs()
    {
        using LabFixture lab = new();
        await lab.VmAsync();
        using (await LabGuest.OpenAsync(lab.Dir, "web", 1, cancellation: LabFixture.Cancellation))
            Assert.Equal("guest-runs", (await Assert.ThrowsAsync<LabException>(() => LabGuest.OpenAsync(lab.Dir, "web", 1, cancellation: LabFixture.Cancellation))).Code);
        (int code, _, string error) = await lab.RunAsync("vm", "stop", "--vm", "web");
        Assert.True(code == 0, error);
        (code, _, error) = await lab.RunAsync("guest", "write", "--vm", "web", "--bytes", "1M");
        Assert.Equal(1, code);
        Assert.Contains("is off", error, StringComparison.Ordinal);
    }

    private static async Task<byte[]> WholeAsync(LabTruth truth)
    {
        await using (truth)
        {
            byte[] whole = new byte[truth.Length];
            // Odd pieces, so that the reader's own borders are crossed.
            for (int at = 0; at < whole.Length; at += 700_416)
                await truth.ReadAsync(at, whole.AsMemory(at, Math.Min(700_416, whole.Length - at)), LabFixture.Cancellation);
            return whole;
        }
    }

    private static async Task<string> JudgeAsync(LabFixture lab, HostSeams host, WmiDriver driver, WmiObject checkpoint)
    {
        string path = (await driver.DisksAsync(checkpoint))[0];
        await using IVirtualDisk disk = await DiskImage.OpenAsync(lab.Host.Volumes.ToLocal(path), writable: false, LabFixture.Cancellation);
        ApplicationPlace place = ApplicationPlace.On(0, disk.Length);
        (long? first, long? second) = await GuestApplication.ReadAsync(disk, place, LabFixture.Cancellation);
        Assert.NotNull(first);
        Assert.Equal("HV1", host.HostName);
        return first == second ? "consistent" : "torn";
    }
}
