using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.HyperV.Recovery;

/// <summary>A VM in the making. It is forgotten by the journal when it is real and registered; before that, a restart takes away what there is of it.</summary>
internal sealed class RecoveryTarget : IRecoveryTarget
{
    private readonly HostServices _host;
    private readonly IHostJournal _journal;
    private readonly RecoveryPlan _plan;
    private readonly List<RecoveryDisk> _disks = [];
    private JournalEntry _entry;
    private RecoveredVmDetail _detail;
    private bool _finished;

    private RecoveryTarget(HostServices host, IHostJournal journal, RecoveryPlan plan, JournalEntry entry, RecoveredVmDetail detail) =>
        (_host, _journal, _plan, _entry, _detail) = (host, journal, plan, entry, detail);

    public IReadOnlyList<IRecoveryDisk> Disks => _disks;

    public static async Task<RecoveryTarget> OpenAsync(HostServices host, RecoverOrder order, IHostJournal journal, CancellationToken cancellation)
    {
        var plan = await new RecoveryChecks(host).PlanAsync(order, cancellation);
        var detail = new RecoveredVmDetail(plan.Name, plan.Folder, host.Seams.Files.FolderExists(plan.Folder), await KnownAsync(host, cancellation), null, host.Folders.NewImport());
        // The job's own journal fills in the job.
        var entry = await journal.RecordAsync(Guid.Empty, JournalKind.RecoveredVm, plan.VmId, JournalDetails.Text(detail), cancellation);
        var target = new RecoveryTarget(host, journal, plan, entry, detail);
        try
        {
            await target.WriteDefinitionAsync(cancellation);
            await target.CreateDisksAsync(cancellation);
            return target;
        }
        catch (VirtualDiskException e)
        {
            await target.DisposeAsync();
            throw HyperVProblems.WriteFailed(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            await target.DisposeAsync();
            throw HyperVProblems.TargetPathInvalid(plan.Folder, e.Message);
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    public async Task<Guid> FinishAsync(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        return await HyperVProblems.GuardAsync(async () =>
        {
            foreach (var disk in _disks) await disk.FlushAsync(cancellation);
            await CloseAsync();

            var planned = await PlannedVm.ImportAsync(_host, _plan, _detail.ImportFolder, _detail.KnownVms);
            await AmendAsync(_detail with { SystemId = planned.SystemId });
            cancellation.ThrowIfCancellationRequested();
            await planned.FixAsync(cancellation);
            await planned.ValidateAsync(cancellation);
            var vmId = await planned.RealizeAsync();
            await AmendAsync(_detail with { SystemId = Inventory.VirtualMachines.NameOf(vmId) });
            _finished = true;
            _host.Folders.Remove(_detail.ImportFolder);
            // From here on it is a VM like any other: an entry that stayed would have it deleted by the next clean-up.
            await _journal.ForgetAsync(_entry, CancellationToken.None);
            return vmId;
        });
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await CloseAsync();
            if (_finished) return;
            await new RecoveredVmRemoval(_host).RemoveAsync(_detail, CancellationToken.None);
            await _journal.ForgetAsync(_entry, CancellationToken.None);
        }
        catch (Exception e)
        {
            // The reason why the recovery ended is what counts; the journal keeps what is left for the clean-up.
            _host.Logger.RecoveryRemains(e, _plan.Name);
        }
    }

    /// <summary>
    /// The definition goes to a folder of the agent, not to the VM's: the import reads it from there, and the host writes its own files to the data root that the VM
    /// is then given. It is written first, so that a host that cannot read it says so before the disks are sent.
    /// </summary>
    private async Task WriteDefinitionAsync(CancellationToken cancellation)
    {
        var files = _host.Seams.Files;
        files.CreateFolder(_detail.ImportFolder);
        foreach (var file in _plan.Configuration.Files)
        {
            var path = HostPath.Join(_detail.ImportFolder, file.Name.Replace('/', '\\'));
            files.CreateFolder(HostPath.FolderOf(path));
            await files.WriteAllAsync(path, file.Content.Memory, cancellation);
        }

        await CheckDefinitionAsync(cancellation);
    }

    /// <summary>What the host reads in the definition itself. It may not answer; then the import decides.</summary>
    private async Task CheckDefinitionAsync(CancellationToken cancellation)
    {
        var wmi = _host.Seams.Virtualization;
        if (HostBuild.NewestConfiguration(_host.Seams.OperatingSystem) is not { } newest
            || await wmi.ServiceAsync(nameof(Msvm_VirtualSystemManagementService), cancellation) is not { } service) return;
        try
        {
            var answer = await wmi.InvokeAsync(service.PathOf(), nameof(Msvm_VirtualSystemManagementService.GetDefinitionFileSummaryInformation), WmiQueries.Arguments(
                (Msvm_VirtualSystemManagementService.GetDefinitionFileSummaryInformation.DefinitionFiles,
                    new[] { HostPath.Join(_detail.ImportFolder, _plan.Definition.Replace('/', '\\')) })), cancellation);
            foreach (var summary in answer.Embedded(Msvm_VirtualSystemManagementService.GetDefinitionFileSummaryInformation.SummaryInformation))
            {
                var version = Inventory.ConfigurationVersion.Parse(summary.Get<string>(Msvm_SummaryInformationBase.Version));
                if (version > newest) throw HyperVProblems.ConfigurationTooNew(version.ToString(), newest.ToString(), _host.Seams.HostName);
            }
        }
        catch (WmiException e)
        {
            _host.Logger.RecoveredWith(_plan.Name, $"the host did not summarise the definition ({e.Message})");
        }
    }

    private async Task CreateDisksAsync(CancellationToken cancellation)
    {
        _host.Seams.Files.CreateFolder(HostPath.Join(_plan.Folder, RecoveryPlan.DiskFolder));
        foreach (var disk in _plan.Disks) _disks.Add(new(disk, await _host.Seams.Disks.CreateAsync(disk.Path, disk.Image, cancellation)));
    }

    private async Task AmendAsync(RecoveredVmDetail detail)
    {
        _detail = detail;
        _entry = await _journal.AmendAsync(_entry, JournalDetails.Text(detail), CancellationToken.None);
    }

    private async ValueTask CloseAsync()
    {
        foreach (var disk in _disks) await disk.DisposeAsync();
    }

    private static async Task<IReadOnlyList<string>> KnownAsync(HostServices host, CancellationToken cancellation)
    {
        var wmi = host.Seams.Virtualization;
        var systems = await wmi.ListAsync(nameof(Msvm_ComputerSystem), cancellation);
        var planned = await wmi.ListAsync(nameof(Msvm_PlannedComputerSystem), cancellation);
        return [.. systems.Concat(planned).Select(s => s.Get<string>(Msvm_PlannedComputerSystem.Name)).OfType<string>()];
    }
}
