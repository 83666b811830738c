using BackupFabric.Agent.HyperV.Tests.Bench;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Protos.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFabric.Agent.HyperV.Tests.Scenarios;

/// <summary>
/// The agent is killed at every step, counted, and comes back with what its journal holds. Each pass goes one step further, until one gets through.
/// </summary>
public sealed class DeathTests : IAsyncDisposable
{
    private const int StepsMax = 200;
    private readonly LabBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_that_dies_anywhere_in_a_backup_leaves_nothing_and_the_old_baseline_works()
    {
        var vm = await _bench.VmAsync();
        var first = await BackUpAsync(vm, null, new Death(int.MaxValue));
        var died = 0;
        for (var step = 1; step < StepsMax; step++)
        {
            var next = await BackUpAsync(vm, first, new Death(step));
            if (next is not null)
            {
                await _bench.Agent(_bench.Here).DestroyReferencePointAsync(vm.Id, first!.ReferencePointId, Cancellation);
                first = next;
                break;
            }

            died++;
            await _bench.RestartAsync(_bench.Here);
            await MergedAsync(vm);
            _bench.AssertNothingLeft(_bench.Here, referencePoints: 1);
        }

        Assert.InRange(died, 15, StepsMax - 2);
        await MergedAsync(vm);
        _bench.AssertNothingLeft(_bench.Here, referencePoints: 1);
        await using var snapshot = await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm, baseline: first), _bench.Journal, Cancellation);
        Assert.NotNull(await snapshot.Disks[0].ChangedSinceAsync(first!.Disks[0].ChangeTrackingId, Cancellation));
    }

    [Fact]
    public async Task An_agent_that_dies_anywhere_in_a_recovery_leaves_nothing()
    {
        var vm = await _bench.VmAsync();
        PointCopy point;
        await using (var snapshot = await _bench.Agent(_bench.Here).SnapshotAsync(LabBench.Request(vm), _bench.Journal, Cancellation))
            point = await PointCopy.OfAsync(snapshot, Cancellation);

        var died = 0;
        for (var step = 1; step < StepsMax; step++)
        {
            if (await RecoverAsync(point, new Death(step)) is { } id)
            {
                Assert.Equal(vm.Id, id);
                break;
            }

            died++;
            await _bench.RestartAsync(_bench.There);
            _bench.AssertNothingLeft(_bench.There);
            Assert.Empty(_bench.There.Vms());
        }

        Assert.InRange(died, 20, StepsMax - 2);
        _bench.AssertNothingLeft(_bench.There);
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    /// <summary>Null when the agent died.</summary>
    private async Task<Baseline?> BackUpAsync(VmDocument vm, Baseline? baseline, Death death)
    {
        var seams = _bench.SeamsOf(_bench.Here);
        _bench.Journal.BeforeWrite = death.Step;
        try
        {
            var agent = LabBench.Agent(death.Over(seams));
            await using var snapshot = await agent.SnapshotAsync(LabBench.Request(vm, baseline: baseline), _bench.Journal, Cancellation);
            var kept = await snapshot.KeepAsBaselineAsync(Guid.NewGuid(), Cancellation);
            death.Check();
            _bench.Journal.Noted();
            return kept;
        }
        catch (AgentDiedException)
        {
            return null;
        }
        finally
        {
            await _bench.EndAsync(seams, _bench.Here);
            _bench.Journal.BeforeWrite = () => { };
        }
    }

    private async Task<Guid?> RecoverAsync(PointCopy point, Death death)
    {
        var seams = _bench.SeamsOf(_bench.There);
        _bench.Journal.BeforeWrite = death.Step;
        try
        {
            await using var target = await LabBench.Agent(death.Over(seams)).RecoverAsync(point.Order("web", newIdentity: false), _bench.Journal, Cancellation);
            await point.WriteAsync(target, Cancellation);
            return await target.FinishAsync(Cancellation);
        }
        catch (AgentDiedException)
        {
            return null;
        }
        finally
        {
            await _bench.EndAsync(seams, _bench.There);
            _bench.Journal.BeforeWrite = () => { };
        }
    }

    private async Task MergedAsync(VmDocument vm)
    {
        var host = new HostServices(_bench.SeamsOf(_bench.Here), new HyperVOptions(), TimeProvider.System, NullLogger.Instance);
        Assert.True(await host.Merging.WaitAsync(vm.Id, Cancellation));
    }
}
