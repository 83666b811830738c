using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;

namespace BackupFabric.Agent.HyperV.Tests.Wmi;

public sealed class CimXmlTests
{
    [Fact]
    public void An_instance_survives_its_text_with_types_arrays_and_odd_characters()
    {
        var instance = new WmiObject("Msvm_Something", null, new Dictionary<string, object?>
        {
            ["Flag"] = true,
            ["Level"] = (byte)2,
            ["Count"] = 4_000_000_000u,
            ["Big"] = ulong.MaxValue,
            ["Text"] = "<a & \"b\"> 'ü' ]]>",
            ["Paths"] = new[] { @"C:\VMs\a&b.vhdx", "" },
            ["Numbers"] = new ushort[] { 1, 2 },
            ["Nothing"] = null,
        });

        var read = CimXml.Parse(instance.ToCimXml());

        Assert.Equal("Msvm_Something", read.ClassName);
        foreach (var (name, value) in instance.Properties.Where(p => p.Value is not null)) Assert.Equal(value, read.Properties[name]);
        Assert.False(read.Properties.ContainsKey("Nothing"));
    }

    [Fact]
    public void An_instance_inside_other_elements_is_found()
    {
        var read = CimXml.Parse("<DECLGROUP><VALUE.OBJECT><INSTANCE CLASSNAME=\"Msvm_Error\"><PROPERTY NAME=\"Message\" TYPE=\"string\"><VALUE>no</VALUE></PROPERTY></INSTANCE></VALUE.OBJECT></DECLGROUP>");
        Assert.Equal("no", read.Get<string>("Message"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<")]
    [InlineData("<a/>")]
    public void What_is_no_instance_is_refused(string text) => Assert.Throws<FormatException>(() => CimXml.Parse(text));
}
