using BackupFabric.Agent.Tests.TestKit;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Agent.Tests.Protect;

public sealed class ProtectJobTests
{
    private const int MiB = 1 << 20;
    private const int BlockMax = 64 * 4096;

    [Fact]
    public async Task The_first_copy_reads_what_is_allocated_and_holds_every_byte()
    {
        await using var host = await ProtectedHost.StartAsync();
        var disk = host.Hypervisor.Vm.AddDisk(20 * MiB + 512);
        disk.WriteRandom(300_000, 3 * MiB, seed: 1);
        disk.WriteRandom(20 * MiB - 5000, 5512, seed: 2);

        var outcome = await host.SynchronizeAsync();

        Assert.Equal(Ending.Succeeded, outcome.Ending);
        Assert.Empty(outcome.Warnings);
        host.AssertHolds(outcome.JobId);
        Assert.True(disk.BytesRead <= disk.Allocated.TotalLength, "More was read than is allocated.");
        Assert.Equal((ulong)disk.BytesRead, outcome.Figures.ReadBytes);
        Assert.Equal((ulong)host.Repository.BlocksReceived, outcome.Figures.SentBlocks);
        Assert.Equal(["rp-1"], host.Hypervisor.OnHost);
        Assert.Empty(host.Journal.Entries);
    }

    [Fact]
    public async Task The_same_block_anywhere_on_any_disk_is_offered_and_sent_once()
    {
        await using var host = await ProtectedHost.StartAsync();
        for (var d = 0; d < 3; d++)
        {
            var disk = host.Hypervisor.Vm.AddDisk(16 * MiB);
            for (var copy = 0; copy < 6; copy++) disk.WriteRandom(copy * 2 * MiB, MiB, seed: 9);
        }

        var outcome = await host.SynchronizeAsync();

        host.AssertHolds(outcome.JobId);
        Assert.All(host.Repository.Received, block => Assert.Equal(1, block.Value));
        Assert.All(host.Repository.Offered, block => Assert.Equal(1, block.Value));
    }

    [Fact]
    public async Task A_second_synchronization_reads_at_most_twice_what_changed_and_sends_no_block_twice()
    {
        await using var host = await ProtectedHost.StartAsync();
        var disk = host.Hypervisor.Vm.AddDisk(64 * MiB);
        disk.WriteRandom(0, 40 * MiB, seed: 1);
        await host.SynchronizeAsync();
        var known = host.Repository.Blocks.Keys.ToHashSet();

        var changed = 0L;
        for (var i = 0; i < 12; i++, changed += BlockMax) disk.WriteRandom(i * 3L * MiB + 12_345, BlockMax, seed: 100 + i);
        var outcome = await host.SynchronizeAsync();

        host.AssertHolds(outcome.JobId);
        Assert.True(disk.BytesRead <= 2 * changed + 12 * 2 * 4096, $"{disk.BytesRead} bytes were read for {changed} changed ones.");
        Assert.Equal((ulong)changed, outcome.Figures.ChangedBytes);
        Assert.All(host.Repository.Received, block => Assert.Equal(1, block.Value));
        Assert.DoesNotContain(host.Repository.Received.Keys, known.Contains);
        Assert.Equal(["rp-2"], host.Hypervisor.OnHost);
        Assert.Equal(["rp-1"], host.Hypervisor.Destroyed);
    }

    [Fact]
    public async Task An_unchanged_vm_sends_nothing_but_the_commit()
    {
        await using var host = await ProtectedHost.StartAsync();
        var disk = host.Hypervisor.Vm.AddDisk(16 * MiB);
        disk.WriteRandom(0, 4 * MiB, seed: 1);
        await host.SynchronizeAsync();

        var outcome = await host.SynchronizeAsync();

        host.AssertHolds(outcome.JobId);
        Assert.Equal(0, disk.BytesRead);
        Assert.Equal((0, 0, 0), (host.Repository.Received.Count, host.Repository.Offered.Count, host.Repository.SpansReceived));
    }

    [Fact]
    public async Task Writing_the_same_bytes_again_offers_nothing_and_changes_no_map()
    {
        await using var host = await ProtectedHost.StartAsync();
        var disk = host.Hypervisor.Vm.AddDisk(16 * MiB);
        disk.WriteRandom(0, 4 * MiB, seed: 1);
        await host.SynchronizeAsync();

        disk.Write(MiB, disk.Content.Slice(MiB, 300_000).ToArray());
        var outcome = await host.SynchronizeAsync();

        host.AssertHolds(outcome.JobId);
        Assert.Equal((0, 0), (host.Repository.Offered.Count, host.Repository.SpansReceived));
    }

    [Fact]
    public async Task Zeroes_written_over_data_become_holes_and_a_write_into_a_hole_reads_only_itself()
    {
        await using var host = await ProtectedHost.StartAsync();
        var disk = host.Hypervisor.Vm.AddDisk(16 * MiB);
        disk.WriteRandom(0, 3 * MiB, seed: 1);
        await host.SynchronizeAsync();

        disk.Write(0, new byte[3 * MiB]);
        disk.WriteRandom(10 * MiB, 8192, seed: 2);
        var outcome = await host.SynchronizeAsync();

        host.AssertHolds(outcome.JobId);
        Assert.Single(host.Repository.Points[outcome.JobId].Disks[disk.Key].Leaves);
        Assert.Equal(3 * MiB + 8192, disk.BytesRead);
    }

    [Theory]
    [InlineData(20 * MiB)]          // inside the old last span, then new ones
    [InlineData(16 * MiB + 4096)]
    [InlineData(16 * MiB + 1024)]
    public async Task A_disk_that_grew_is_complete_without_being_read_anew(int newLength)
    {
        await using var host = await ProtectedHost.StartAsync();
        var disk = host.Hypervisor.Vm.AddDisk(16 * MiB + 512);
        disk.WriteRandom(15 * MiB, MiB + 512, seed: 1);
        disk.WriteRandom(0, 6 * MiB, seed: 2);
        await host.SynchronizeAsync();

        disk.Grow(newLength);
        disk.WriteRandom(newLength - 700, 700, seed: 3);
        var outcome = await host.SynchronizeAsync();

        host.AssertHolds(outcome.JobId);
        Assert.True(disk.BytesRead < MiB, $"{disk.BytesRead} bytes were read.");
    }

    [Fact]
    public async Task A_broken_stream_is_resumed_over_the_same_snapshot_without_resending_what_is_stored()
    {
        await using var host = await ProtectedHost.StartAsync();
        host.Limits = host.Limits with { BatchBytes = 300_000, BatchesInFlight = 1, SpansInFlight = 2 };
        var disk = host.Hypervisor.Vm.AddDisk(32 * MiB);
        disk.WriteRandom(0, 24 * MiB, seed: 1);
        host.Repository.Faults = new FakeFaults { BreakAfterBatches = 60 };

        var outcome = await host.SynchronizeAsync();

        Assert.Equal(Ending.Succeeded, outcome.Ending);
        host.AssertHolds(outcome.JobId);
        Assert.Equal(1u, outcome.Figures.Resumed);
        Assert.Equal(2, host.Repository.Streams);
        Assert.All(host.Repository.Received, block => Assert.Equal(1, block.Value));
        Assert.True(disk.BytesRead < 24 * MiB + 6 * MiB, $"{disk.BytesRead} bytes were read: spans that had been sent were read again.");
        Assert.Equal(["rp-1"], host.Hypervisor.OnHost);
    }

    [Theory]
    [InlineData(StatusCode.Cancelled)]
    [InlineData(StatusCode.Internal)]
    [InlineData(StatusCode.Unknown)]
    public async Task However_a_server_names_its_going_away_the_transfer_is_resumed(StatusCode status)
    {
        await using var host = await ProtectedHost.StartAsync();
        host.Limits = host.Limits with { BatchBytes = 300_000, BatchesInFlight = 1, SpansInFlight = 2 };
        host.Hypervisor.Vm.AddDisk(16 * MiB).WriteRandom(0, 8 * MiB, seed: 1);
        host.Repository.Faults = new FakeFaults { BreakAfterBatches = 10, BreaksAs = status };

        var outcome = await host.SynchronizeAsync();

        Assert.Equal(Ending.Succeeded, outcome.Ending);
        host.AssertHolds(outcome.JobId);
        Assert.Equal(1u, outcome.Figures.Resumed);
    }

    [Fact]
    public async Task What_is_not_remembered_is_read_again_when_a_stream_is_resumed()
    {
        await using var host = await ProtectedHost.StartAsync();
        host.Limits = host.Limits with { BatchBytes = 300_000, BatchesInFlight = 1, SpansInFlight = 2, RememberedEntries = 100 };
        host.Hypervisor.Vm.AddDisk(32 * MiB).WriteRandom(0, 24 * MiB, seed: 1);
        host.Repository.Faults = new FakeFaults { BreakAfterBatches = 60 };

        var outcome = await host.SynchronizeAsync();

        host.AssertHolds(outcome.JobId);
        Assert.All(host.Repository.Received, block => Assert.Equal(1, block.Value));
    }

    [Fact]
    public async Task A_server_that_lost_what_it_had_stored_is_sent_it_again_when_a_stream_is_resumed()
    {
        await using var host = await ProtectedHost.StartAsync();
        host.Limits = host.Limits with { BatchBytes = 300_000, BatchesInFlight = 1, SpansInFlight = 2 };
        host.Hypervisor.Vm.AddDisk(32 * MiB).WriteRandom(0, 24 * MiB, seed: 1);
        host.Repository.Faults = new FakeFaults { BreakAfterBatches = 60, LoseBlocksAtBreak = true };

        var outcome = await host.SynchronizeAsync();

        host.AssertHolds(outcome.JobId);
    }

    [Fact]
    public async Task When_the_answer_to_the_commit_is_lost_the_point_is_not_made_twice_and_the_baseline_is_kept()
    {
        await using var host = await ProtectedHost.StartAsync();
        host.Hypervisor.Vm.AddDisk(8 * MiB).WriteRandom(0, MiB, seed: 1);
        host.Repository.Faults = new FakeFaults { LoseCommitted = true };

        var outcome = await host.SynchronizeAsync();

        Assert.Equal(Ending.Succeeded, outcome.Ending);
        Assert.Equal("rp-1", host.Repository.Baseline?.ReferencePointId);
        Assert.Single(host.Repository.Points);
    }

    [Fact]
    public async Task When_the_answer_to_the_rebase_is_lost_the_same_baseline_is_told_again()
    {
        await using var host = await ProtectedHost.StartAsync();
        host.Hypervisor.Vm.AddDisk(8 * MiB).WriteRandom(0, MiB, seed: 1);
        host.Repository.Faults = new FakeFaults { LoseRebased = true };

        await host.SynchronizeAsync();

        Assert.Equal("rp-1", host.Repository.Baseline?.ReferencePointId);
        Assert.Equal(["rp-1"], host.Hypervisor.OnHost);
    }

    [Fact]
    public async Task A_point_that_an_earlier_attempt_committed_is_not_given_a_later_snapshot_for_its_baseline()
    {
        await using var host = await ProtectedHost.StartAsync();
        var disk = host.Hypervisor.Vm.AddDisk(8 * MiB);
        disk.WriteRandom(0, MiB, seed: 1);
        var order = host.NextOrder();
        await host.RunAsync(order);
        var baseline = host.Repository.Baseline = null;

        // The agent died between commit and rebase; the guest went on writing; the order comes again.
        disk.WriteRandom(2 * MiB, MiB, seed: 2);
        order.Attempt = 2;
        var outcome = await host.RunAsync(order);

        Assert.Equal(Ending.Succeeded, outcome.Ending);
        Assert.Equal(baseline, host.Repository.Baseline);
        Assert.DoesNotContain(host.Hypervisor.OnHost, t => t.StartsWith("checkpoint", StringComparison.Ordinal));
        var next = await host.SynchronizeAsync();
        host.AssertHolds(next.JobId);
    }

    [Fact]
    public async Task A_base_that_the_server_has_lost_makes_the_read_a_full_one()
    {
        await using var host = await ProtectedHost.StartAsync();
        var disk = host.Hypervisor.Vm.AddDisk(8 * MiB);
        disk.WriteRandom(0, 3 * MiB, seed: 1);
        await host.SynchronizeAsync();
        host.Repository.Points.Clear();

        disk.WriteRandom(MiB, 4096, seed: 2);
        var outcome = await host.SynchronizeAsync();

        host.AssertHolds(outcome.JobId);
        Assert.True(host.Repository.BlocksReceived < 10, "Stored blocks were sent again.");
    }

    [Fact]
    public async Task Lost_change_tracking_reads_everything_and_sends_only_what_is_new()
    {
        await using var host = await ProtectedHost.StartAsync();
        var disk = host.Hypervisor.Vm.AddDisk(8 * MiB);
        disk.WriteRandom(0, 3 * MiB, seed: 1);
        await host.SynchronizeAsync();

        disk.IsTrackingLost = true;
        disk.WriteRandom(MiB, 4096, seed: 2);
        var outcome = await host.SynchronizeAsync();

        host.AssertHolds(outcome.JobId);
        Assert.Equal(0, host.Repository.LayoutsAsked);
        Assert.True(host.Repository.BlocksReceived < 10, "Stored blocks were sent again.");
    }

    [Fact]
    public async Task A_layout_that_cannot_be_true_makes_the_read_a_full_one_and_is_reported()
    {
        await using var host = await ProtectedHost.StartAsync();
        var disk = host.Hypervisor.Vm.AddDisk(8 * MiB);
        disk.WriteRandom(0, 3 * MiB, seed: 1);
        await host.SynchronizeAsync();

        host.Repository.Faults = new FakeFaults { LieAboutLayout = true };
        disk.WriteRandom(MiB, 4096, seed: 2);
        var outcome = await host.SynchronizeAsync();

        host.AssertHolds(outcome.JobId);
        Assert.Equal("base-unreadable", Assert.Single(outcome.Warnings).Code);
    }

    [Fact]
    public async Task A_change_map_that_lies_is_found_out_and_the_disk_is_read_as_a_whole()
    {
        await using var host = await ProtectedHost.StartAsync();
        host.Limits = host.Limits with { AuditedPlaces = 8 };
        var disk = host.Hypervisor.Vm.AddDisk(8 * MiB);
        disk.WriteRandom(0, 4 * MiB, seed: 1);
        await host.SynchronizeAsync();

        disk.IsTrackingBypassed = true;
        disk.WriteRandom(0, 3 * MiB, seed: 2);
        var outcome = await host.SynchronizeAsync();

        host.AssertHolds(outcome.JobId);
        Assert.Equal("change-tracking-lied", Assert.Single(outcome.Warnings).Code);
        Assert.Equal("change-tracking-lied", Assert.Single(host.Repository.Points[outcome.JobId].Commit.Warnings).Code);
    }

    [Fact]
    public async Task A_change_map_that_tells_the_truth_is_believed_after_a_bounded_look()
    {
        await using var host = await ProtectedHost.StartAsync();
        host.Limits = host.Limits with { AuditedPlaces = 8, AuditedBytes = 400_000 };
        var disk = host.Hypervisor.Vm.AddDisk(64 * MiB);
        disk.WriteRandom(0, 40 * MiB, seed: 1);
        await host.SynchronizeAsync();

        disk.WriteRandom(MiB, 4096, seed: 2);
        var outcome = await host.SynchronizeAsync();

        host.AssertHolds(outcome.JobId);
        Assert.Empty(outcome.Warnings);
        Assert.InRange(disk.BytesRead, 4096, 400_000 + BlockMax);
        Assert.Equal((ulong)disk.BytesRead, outcome.Figures.ReadBytes);
    }

    [Fact]
    public async Task Cancelling_in_the_middle_leaves_no_checkpoint_and_no_point()
    {
        await using var host = await ProtectedHost.StartAsync();
        host.Hypervisor.Vm.AddDisk(16 * MiB).WriteRandom(0, 8 * MiB, seed: 1);
        host.Repository.Faults = new FakeFaults { HoldBatches = new TaskCompletionSource() };
        using var stop = new CancellationTokenSource();

        var running = host.SynchronizeAsync(stop.Token);
        while (host.Meter.Figures().OfferedBlocks == 0 && !running.IsCompleted) await Task.Yield();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Empty(host.Hypervisor.OnHost);
        Assert.Empty(host.Journal.Entries);
        Assert.Empty(host.Repository.Points);
    }

    [Fact]
    public async Task A_disk_that_cannot_be_read_fails_the_job_at_once_and_cleans_up()
    {
        await using var host = await ProtectedHost.StartAsync();
        host.Hypervisor.Vm.AddDisk(16 * MiB).WriteRandom(0, 8 * MiB, seed: 1);
        host.Hypervisor.OnRead = _ => throw new IOException("The disk is on fire.");

        await Assert.ThrowsAsync<IOException>(() => host.SynchronizeAsync());

        Assert.Empty(host.Hypervisor.OnHost);
        Assert.Equal(1, host.Repository.Streams);
    }

    [Fact]
    public async Task A_baseline_that_cannot_be_kept_is_a_warning_because_the_point_exists()
    {
        await using var host = await ProtectedHost.StartAsync();
        host.Hypervisor.Vm.AddDisk(8 * MiB).WriteRandom(0, MiB, seed: 1);
        host.Hypervisor.KeepFails = new ProblemException("checkpoint-failed", "The merge failed.", "Look.");

        var outcome = await host.SynchronizeAsync();

        Assert.Equal(Ending.Succeeded, outcome.Ending);
        Assert.Equal("baseline-not-kept", Assert.Single(outcome.Warnings).Code);
        host.AssertHolds(outcome.JobId);
        Assert.Empty(host.Hypervisor.OnHost);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task However_the_guest_writes_every_point_holds_exactly_what_it_had(int seed)
    {
        await using var host = await ProtectedHost.StartAsync();
        host.Limits = host.Limits with { AuditedPlaces = 4 };
        var random = new Random(seed);
        var disks = new[] { host.Hypervisor.Vm.AddDisk(9 * MiB + 512), host.Hypervisor.Vm.AddDisk(5 * MiB) };
        for (var round = 0; round < 6; round++)
        {
            foreach (var disk in disks)
            {
                for (var i = random.Next(12); i > 0; i--)
                {
                    var length = random.Next(1, 400_000);
                    var offset = random.Next(disk.Content.Length - length);
                    if (random.Next(4) == 0) disk.Write(offset, new byte[length]);
                    else disk.WriteRandom(offset, length, random.Next());
                }
            }

            var outcome = await host.SynchronizeAsync();
            Assert.Empty(outcome.Warnings);
            host.AssertHolds(outcome.JobId);
        }
    }
}
