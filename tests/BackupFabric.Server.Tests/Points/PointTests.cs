using BackupFabric.Protos.Rest;
using BackupFabric.Server.Tests.Backups;
using BackupFabric.Server.Tests.Kit;

namespace BackupFabric.Server.Tests.Points;

public sealed class PointTests
{
    [Fact]
    public async Task A_lost_catalog_finds_its_points_in_the_repository_and_they_can_be_recovered()
    {
        await using var server = await TestServer.StartAsync();
        var vm = TestVm.Named("crm");
        var disk = TestDisk.Random("disk", 4 << 20, 1);
        Guid point;
        using (var agent = await TestAgent.EnrolAsync(server, "HV1"))
        {
            await using var link = await agent.ConnectAsync();
            await link.InventoryAsync(vm);
            await PushTests.SeesAsync(server, vm);
            point = await PushTests.BackUpAsync(server, agent, link, vm, "rp-1", disk);
        }

        var before = await server.GetAsync<PointView>(Routes.Point.Replace("{point}", point.ToString("N")[..8], StringComparison.Ordinal));
        await server.StopAsync();
        foreach (var file in Directory.GetFiles(server.Folder, "catalog.db*")) File.Delete(file);
        await server.StartAgainAsync();

        Assert.Equivalent(before, (await server.GetAsync<List<PointView>>(Routes.Points)).Single());
        Assert.Equal(point, (await server.GetAsync<List<PointView>>(Routes.Points + "?vm=CRM")).Single().Id);
        using var anew = await TestAgent.EnrolAsync(server, "HV1");
        await using var again = await anew.ConnectAsync();
        await again.InventoryAsync();
        disk.MustBe(await PushTests.RecoverAsync(server, anew, again, point, disk));
    }

    [Fact]
    public async Task A_point_that_the_catalog_has_and_the_repository_has_not_is_dropped()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using (var link = await agent.ConnectAsync())
        {
            await link.InventoryAsync(vm);
            await PushTests.SeesAsync(server, vm);
            await PushTests.BackUpAsync(server, agent, link, vm, "rp-1", TestDisk.Random("disk", 1 << 20, 1));
        }

        await server.StopAsync();
        Directory.Delete(Path.Combine(server.Folder, "repository"), recursive: true);
        await server.StartAgainAsync();
        Assert.Empty(await server.GetAsync<List<PointView>>(Routes.Points));
        agent.Reach(server);
        await using var back = await agent.ConnectAsync();
        await back.InventoryAsync(vm);
        await server.BackupAsync(vm.Id);
        // A baseline whose point is gone is none.
        Assert.Null((await back.OrderAsync()).Protect.Baseline);
    }
}
