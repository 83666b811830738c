using System.Buffers.Binary;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Tests.Repositories;

public class LifecycleTests
{
    [Fact]
    public async Task A_repository_that_is_open_refuses_a_second_owner_and_names_the_first()
    {
        using var folder = new TestFolder();
        await using (await TestRepository.CreateAsync(new LocalVolume(folder.Path), TestRepository.Options with { OwnerName = "bf-server on HV-BACKUP" }))
        {
            var refusal = await TestRepository.RefusalAsync("repository-in-use", () => TestRepository.OpenAsync(new LocalVolume(folder.Path)));
            Assert.Contains("bf-server on HV-BACKUP", refusal.Message, StringComparison.Ordinal);
        }

        await using var next = await TestRepository.OpenAsync(new LocalVolume(folder.Path));
        Assert.Empty(next.Findings());
    }

    [Fact]
    public async Task A_folder_with_other_files_is_left_alone()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "letter.txt"), "dear");
        var refusal = await TestRepository.RefusalAsync("repository-folder-not-empty", () => TestRepository.CreateAsync(new LocalVolume(folder.Path)));
        Assert.Contains("letter.txt", refusal.Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Creating_over_a_repository_is_refused()
    {
        var volume = new MemoryVolume();
        await (await TestRepository.CreateAsync(volume)).DisposeAsync();
        await TestRepository.RefusalAsync("repository-exists", () => TestRepository.CreateAsync(volume));
    }

    [Fact]
    public async Task Opening_a_folder_without_a_repository_says_so_and_makes_nothing()
    {
        using var folder = new TestFolder();
        await TestRepository.RefusalAsync("repository-missing", () => TestRepository.OpenAsync(new LocalVolume(Path.Combine(folder.Path, "nothing"))));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_repository_of_a_later_format_is_refused_by_name()
    {
        var volume = new MemoryVolume();
        await (await TestRepository.CreateAsync(volume)).DisposeAsync();
        foreach (var name in new[] { "repository", "repository.copy" }) volume.SetBytes(name, OfLaterFormat(volume.BytesOf(name)));
        var refusal = await TestRepository.RefusalAsync("repository-too-new", () => TestRepository.OpenAsync(volume));
        Assert.Contains("format 9", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_fencing_number_grows_with_every_owner_even_when_the_owner_file_was_lost()
    {
        var volume = new MemoryVolume();
        await using (var repository = await TestRepository.CreateAsync(volume)) await TestDisk.BackUpAsync(repository, TestDisk.Content(1, 20));
        for (var i = 0; i < 3; i++)
        {
            if (i == 1) await volume.DeleteAsync("owner", CancellationToken.None);
            await using var repository = await TestRepository.OpenAsync(volume);
            await TestDisk.BackUpAsync(repository, TestDisk.Content(2 + i, 20));
        }

        var packs = volume.Names("data").Select(name => PackNumber.TryParse(name[5..], out var number) ? number.Fence : 0).ToArray();
        Assert.Equal([1u, 2u, 3u, 4u], packs);
    }

    [Fact]
    public async Task An_owner_who_was_replaced_behind_its_back_commits_nothing_more()
    {
        var volume = new MemoryVolume();
        await using var repository = await TestRepository.CreateAsync(volume);
        volume.SetBytes("owner", """{"owner":"another server","fence":7,"since":"2026-01-01T00:00:00+00:00"}"""u8.ToArray());
        var refusal = await TestRepository.RefusalAsync("repository-lost", () => TestDisk.BackUpAsync(repository, TestDisk.Content(1, 10)));
        Assert.Contains("another server", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(repository.Points());
    }

    [Fact]
    public async Task An_ended_session_and_a_closed_repository_take_nothing_more()
    {
        var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var session = repository.BeginSession();
        await session.DisposeAsync();
        await session.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => session.FindLacking([], []));
        var late = repository.BeginSession();
        await repository.DisposeAsync();
        await repository.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => TestDisk.StoreAsync(repository, late, TestDisk.Content(1, 10)));
        Assert.Throws<ObjectDisposedException>(repository.BeginSession);
    }

    [Fact]
    public async Task A_repository_in_a_real_folder_works_like_the_one_in_memory()
    {
        using var folder = new TestFolder();
        var disks = new Dictionary<Guid, byte[]>();
        for (var round = 0; round < 4; round++)
        {
            var volume = new LocalVolume(folder.Path);
            await using var repository = round == 0 ? await TestRepository.CreateAsync(volume) : await TestRepository.OpenAsync(volume);
            await TestRepository.AssertHoldsAsync(repository, disks);
            var disk = TestDisk.Content(round, 150);
            disks.Add((await TestDisk.BackUpAsync(repository, disk)).PointId, disk);
            await TestRepository.AssertHoldsAsync(repository, disks);
        }
    }

    private static byte[] OfLaterFormat(byte[] file)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), 9);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(10), 9);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(60), Crc32C.Of(file.AsSpan(0, 60)));
        return file;
    }
}
