using BackupFabric.Agent.HyperV.Wmi;

namespace BackupFabric.Agent.HyperV.Tests.Wmi;

public sealed class WmiTextTests
{
    [Fact]
    public void Backslashes_and_quotes_are_doubled_for_queries() => Assert.Equal(@"Microsoft:A\\B\\0\\0\\D it\'s", WmiPath.Quote(@"Microsoft:A\B\0\0\D it's"));

    [Fact]
    public void Keys_are_read_out_of_paths_however_the_host_is_written()
    {
        const string full = @"\\HOST\root\virtualization\v2:Msvm_ResourceAllocationSettingData.InstanceID=""Microsoft:A\\B\\0\\D""";
        const string relative = @"Msvm_ResourceAllocationSettingData.InstanceID=""microsoft:a\\b\\0\\d""";
        Assert.Equal(@"Microsoft:A\B\0\D", WmiPath.KeyOf(full, "InstanceID"));
        Assert.True(WmiPath.Same(full, relative, "InstanceID"));
        Assert.Null(WmiPath.KeyOf(full, "Name"));
    }

    [Theory]
    [InlineData("20241122051252.500000+060", "2024-11-22T04:12:52.5+00:00")]
    [InlineData("20241122051252.000000-000", "2024-11-22T05:12:52+00:00")]
    [InlineData("20241122051252.000000+***", null)]
    [InlineData("yesterday", null)]
    [InlineData(null, null)]
    public void Times_are_read_with_their_offset_in_minutes(string? text, string? expected) =>
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), DmtfTime.Parse(text));
}
