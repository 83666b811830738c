using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Reading;

namespace BackupFabric.Agent.HyperV.Tests.Rules;

public sealed class HostTextTests
{
    [Theory]
    [InlineData(@"D:\VMs\web")]
    [InlineData(@"C:\VMs\web server (2)\")]
    [InlineData(@"\\files\share\web")]
    public void Full_paths_of_drives_and_shares_are_folders(string folder) => Assert.Null(HostPath.WhyNotFolder(folder));

    [Theory]
    [InlineData("")]
    [InlineData("web")]
    [InlineData(@"\web")]
    [InlineData("C:web")]
    [InlineData(@"C:\VMs\..\Windows")]
    [InlineData(@"C:\VMs\con")]
    [InlineData(@"C:\VMs\a?b")]
    [InlineData(@"C:\VMs\a/b")]
    [InlineData(@"C:\VMs\\web")]
    [InlineData(@"C:\VMs\web ")]
    [InlineData(@"\\files")]
    public void Anything_else_is_not(string folder) => Assert.NotNull(HostPath.WhyNotFolder(folder));

    [Fact]
    public void Only_what_lies_below_a_folder_is_below_it()
    {
        Assert.True(HostPath.IsBelow(@"C:\Work", @"c:\work\export-1"));
        Assert.False(HostPath.IsBelow(@"C:\Work", @"C:\Work"));
        Assert.False(HostPath.IsBelow(@"C:\Work", @"C:\Work\"));
        Assert.False(HostPath.IsBelow(@"C:\Work", @"C:\Workshop\x"));
        Assert.False(HostPath.IsBelow(@"C:\Work", @"C:\Work\..\Windows"));
    }

    [Theory]
    [InlineData(@"C:\VMs\system.vhdx", @"C:\VMs\system.vhdx")]
    [InlineData(@"C:\VMs\system_0F8FAD5B-D9CB-469F-A165-70867728950E.avhdx", @"C:\VMs\system.vhdx")]
    [InlineData(@"C:\VMs\old_0F8FAD5B-D9CB-469F-A165-70867728950E.avhd", @"C:\VMs\old.vhd")]
    [InlineData(@"C:\VMs\a_0F8FAD5B-D9CB-469F-A165-70867728950E_0F8FAD5B-D9CB-469F-A165-70867728950F.avhdx", @"C:\VMs\a.vhdx")]
    [InlineData(@"C:\VMs\odd.avhdx", @"C:\VMs\odd.vhdx")]
    public void A_disk_is_called_after_the_image_it_began_with(string path, string root) => Assert.Equal(root, ImageName.OfRoot(path));

    [Theory]
    [InlineData("Microsoft Windows Server 2022 Datacenter 10.0.20348", "10.0.20348", "10.0")]
    [InlineData("Microsoft Windows Server 2019 Standard 10.0.17763", "10.0.17763", "9.0")]
    [InlineData("Microsoft Windows Server 2012 R2 Datacenter 6.3.9600", "6.3.9600", "5.0")]
    [InlineData("Microsoft Windows Server 2031 Datacenter 10.0.40000", "10.0.40000", null)]
    [InlineData("Something", "", null)]
    public void The_newest_configuration_version_follows_from_the_build(string system, string version, string? newest)
    {
        Assert.Equal(version, HostBuild.VersionOf(system));
        Assert.Equal(newest, HostBuild.NewestConfiguration(system)?.ToString());
    }

    [Fact]
    public void Configuration_versions_are_compared_number_by_number()
    {
        Assert.True(ConfigurationVersion.Parse("10.0") > ConfigurationVersion.Parse("9.1"));
        Assert.True(ConfigurationVersion.Parse("6.2") >= ConfigurationVersion.ChangeTrackingPerhaps);
        Assert.True(ConfigurationVersion.Parse("5.0") < ConfigurationVersion.ChangeTrackingPerhaps);
        Assert.True(ConfigurationVersion.Parse("rubbish") < ConfigurationVersion.ChangeTrackingPerhaps);
        Assert.True(ConfigurationVersion.Parse(null) < ConfigurationVersion.ChangeTrackingPerhaps);
    }
}
