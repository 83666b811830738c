using System.Text;
using System.Text.Json;
using BackupFabric.Blocks.Blake3;

namespace BackupFabric.Blocks.Tests.Blake3;

public sealed class Blake3VectorTests
{
    private static readonly JsonElement Vectors =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "blake3-test-vectors.json"))).RootElement;

    public static TheoryData<string> Paths => [.. Enum.GetNames<Blake3Path>()];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_published_vector_is_met_in_all_three_modes(string pathName)
    {
        var path = PathNamed(pathName);
        var key = Encoding.ASCII.GetBytes(Vectors.GetProperty("key").GetString()!);
        var context = Vectors.GetProperty("context_string").GetString()!;
        var cases = Vectors.GetProperty("cases").EnumerateArray().ToList();
        Assert.Equal(35, cases.Count);
        foreach (var vector in cases)
        {
            var input = Pattern(vector.GetProperty("input_len").GetInt32());
            AssertOutput(vector, "hash", output => TreeHash.Hash(HashMode.Plain, path, input, output));
            AssertOutput(vector, "keyed_hash", output => TreeHash.Hash(HashMode.Keyed(key), path, input, output));
            AssertOutput(vector, "derive_key", output => Blake3Hash.DeriveKey(path, context, input, output));
        }
    }

    [Fact]
    public void The_public_entries_give_the_published_hashes()
    {
        var vector = Vectors.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("input_len").GetInt32() == 102400);
        var input = Pattern(102400);
        AssertOutput(vector, "hash", output => Blake3Hash.Plain(input, output));
        AssertOutput(vector, "keyed_hash", output => Blake3Hash.Keyed(Encoding.ASCII.GetBytes(Vectors.GetProperty("key").GetString()!), input, output));
        AssertOutput(vector, "derive_key", output => Blake3Hash.DeriveKey(Vectors.GetProperty("context_string").GetString()!, input, output));
    }

    internal static Blake3Path PathNamed(string name)
    {
        var path = Enum.Parse<Blake3Path>(name);
        Assert.SkipUnless(Blake3Paths.Supports(path), $"This processor has no {name}.");
        return path;
    }

    /// <summary>The published input: 0, 1, ..., 250, 0, 1, ...</summary>
    private static byte[] Pattern(int length)
    {
        var input = new byte[length];
        for (var i = 0; i < length; i++) input[i] = (byte)(i % 251);
        return input;
    }

    private static void AssertOutput(JsonElement vector, string mode, Action<byte[]> hash)
    {
        var expected = vector.GetProperty(mode).GetString()!;
        foreach (var length in new[] { expected.Length / 2, Blake3Hash.Size, 1 })
        {
            var output = new byte[length];
            hash(output);
            Assert.Equal(expected[..(2 * length)], Convert.ToHexStringLower(output));
        }
    }
}
