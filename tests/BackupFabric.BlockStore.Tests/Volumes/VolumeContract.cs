using System.Text;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Tests.Volumes;

/// <summary>What the engine relies on, asked of every volume.</summary>
public abstract class VolumeContract
{
    private static CancellationToken None => CancellationToken.None;

    public abstract IVolume Make();

    [Fact]
    public async Task A_file_reads_back_what_was_appended_also_while_it_is_open_for_appending()
    {
        await using var volume = Make();
        await using var file = await volume.CreateAsync("a/b.pack", None);
        await file.AppendAsync("one "u8.ToArray(), None);
        await file.AppendAsync("two"u8.ToArray(), None);
        Assert.Equal(7, file.Length);
        await using var reader = await volume.OpenAsync("a/b.pack", append: false, None);
        var buffer = new byte[10];
        Assert.Equal(5, await reader.ReadAsync(2, buffer, None));
        Assert.Equal("e two"u8, buffer.AsSpan(0, 5));
        Assert.Equal(3, file.Read(4, buffer));
        Assert.Equal(0, await reader.ReadAsync(7, buffer, None));
        Assert.Equal(0, await reader.ReadAsync(100, buffer, None));
    }

    [Fact]
    public async Task A_file_opened_for_appending_goes_on_at_its_end()
    {
        await using var volume = Make();
        await using (var file = await volume.CreateAsync("x", None)) await file.AppendAsync("one"u8.ToArray(), None);
        await using (var file = await volume.OpenAsync("x", append: true, None))
        {
            Assert.Equal(3, file.Length);
            await file.AppendAsync("two"u8.ToArray(), None);
            await file.FlushAsync(None);
        }

        Assert.Equal("onetwo", await ReadTextAsync(volume, "x"));
    }

    [Fact]
    public async Task Creating_over_an_existing_file_fails_and_leaves_it()
    {
        await using var volume = Make();
        await PutAsync(volume, "x", "there"u8.ToArray());
        await Assert.ThrowsAnyAsync<IOException>(async () => await (await volume.CreateAsync("x", None)).DisposeAsync());
        Assert.Equal("there", await ReadTextAsync(volume, "x"));
    }

    [Fact]
    public async Task Opening_what_is_not_there_says_so()
    {
        await using var volume = Make();
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await volume.OpenAsync("nowhere", append: false, None));
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await volume.OpenAsync("no/where", append: true, None));
    }

    [Fact]
    public async Task A_rename_replaces_in_one_step()
    {
        await using var volume = Make();
        await PutAsync(volume, "f/old", "old"u8.ToArray());
        await PutAsync(volume, "f/new", "new"u8.ToArray());
        await volume.RenameAsync("f/new", "f/old", None);
        await volume.SyncFolderAsync("f", None);
        Assert.Equal("new", await ReadTextAsync(volume, "f/old"));
        Assert.Equal(["old"], await ListAsync(volume, "f"));
    }

    [Fact]
    public async Task A_folder_lists_its_files_with_lengths_and_its_folders_with_a_slash()
    {
        await using var volume = Make();
        await PutAsync(volume, "top", "12345"u8.ToArray());
        await PutAsync(volume, "f/inner", "1"u8.ToArray());
        Assert.Equal(["f/", "top"], await ListAsync(volume, ""));
        Assert.Empty(await ListAsync(volume, "missing"));
        await foreach (var entry in volume.ListAsync("f", None)) Assert.Equal(new VolumeEntry("inner", 1), entry);
    }

    [Fact]
    public async Task Deleting_is_final_and_may_be_repeated()
    {
        await using var volume = Make();
        await PutAsync(volume, "f/x", "1"u8.ToArray());
        await volume.DeleteAsync("f/x", None);
        await volume.DeleteAsync("f/x", None);
        Assert.Empty(await ListAsync(volume, "f"));
    }

    [Fact]
    public async Task Truncation_cuts_and_the_next_append_follows_the_cut()
    {
        await using var volume = Make();
        await using var file = await volume.CreateAsync("x", None);
        await file.AppendAsync("whole torn"u8.ToArray(), None);
        await file.TruncateAsync(5, None);
        await file.AppendAsync("again"u8.ToArray(), None);
        Assert.Equal("wholeagain", await ReadTextAsync(volume, "x"));
    }

    [Fact]
    public async Task A_lock_has_one_holder_until_it_lets_go()
    {
        await using var volume = Make();
        var first = await volume.TryLockAsync("lock", None);
        Assert.NotNull(first);
        Assert.Null(await volume.TryLockAsync("lock", None));
        first.Dispose();
        using var second = await volume.TryLockAsync("lock", None);
        Assert.NotNull(second);
    }

    [Fact]
    public async Task Free_space_is_known()
    {
        await using var volume = Make();
        Assert.True(volume.FreeBytes() > 0);
    }

    private static async Task PutAsync(IVolume volume, string name, byte[] bytes)
    {
        await using var file = await volume.CreateAsync(name, None);
        await file.AppendAsync(bytes, None);
    }

    private static async Task<string> ReadTextAsync(IVolume volume, string name)
    {
        await using var file = await volume.OpenAsync(name, append: false, None);
        var bytes = new byte[file.Length];
        Assert.Equal(bytes.Length, await file.ReadAsync(0, bytes, None));
        return Encoding.UTF8.GetString(bytes);
    }

    private static async Task<List<string>> ListAsync(IVolume volume, string folder)
    {
        var names = new List<string>();
        await foreach (var entry in volume.ListAsync(folder, None)) names.Add(entry.Name);
        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
