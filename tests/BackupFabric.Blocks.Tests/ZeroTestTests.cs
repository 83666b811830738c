namespace BackupFabric.Blocks.Tests;

public sealed class ZeroTestTests
{
    [Fact]
    public void A_single_bit_anywhere_is_seen()
    {
        foreach (var length in Enumerable.Range(0, 700).Concat([4096, 65_536]))
        {
            var bytes = new byte[length];
            Assert.True(ZeroTest.IsZero(bytes));
            for (var at = 0; at < length; at += length > 700 ? 61 : 1)
            {
                bytes[at] = (byte)(1 << (at & 7));
                Assert.False(ZeroTest.IsZero(bytes), $"byte {at} of {length}");
                bytes[at] = 0;
            }
        }
    }
}
