using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.Wmi;
using BackupFabric.Agent.Lab.Wmi.Wql;

namespace BackupFabric.Agent.Lab.Tests;

public sealed class WqlTests
{
    [Fact]
    public void A_select_names_class_properties_interval_and_condition()
    {
        WqlSelect query = Assert.IsType<WqlSelect>(WqlParser.Parse("select Name, ElementName from Msvm_ComputerSystem within 2 where Caption='Virtual Machine' and (EnabledState = 2 OR EnabledState <> 3)"));
        Assert.Equal("Msvm_ComputerSystem", query.ClassName);
        Assert.Equal(["Name", "ElementName"], query.Properties);
        Assert.Equal(TimeSpan.FromSeconds(2), query.Within);
        WqlAnd and = Assert.IsType<WqlAnd>(query.Where);
        Assert.IsType<WqlOr>(and.Right);
    }

    [Fact]
    public void Associators_take_their_path_as_it_is_and_their_conditions_in_any_order_and_spacing()
    {
        const string Path = """\\HV1\root\virtualization\v2:Msvm_StorageAllocationSettingData.InstanceID="Microsoft:AB\\CD}\\0\\L" """;
        WqlRelated query = Assert.IsType<WqlRelated>(WqlParser.Parse($"ASSOCIATORS OF {{{Path}}} WHERE ResultClass = A AssocClass=B Role = C KeysOnly ResultRole=D"));
        Assert.Equal(Path, query.Path);
        Assert.Equal(("B", "A", "C", "D", true), (query.AssocClass, query.ResultClass, query.Role, query.ResultRole, query.KeysOnly));
        Assert.True(Assert.IsType<WqlRelated>(WqlParser.Parse($"REFERENCES OF {{{Path}}}")).References);
    }

    [Theory]
    [InlineData("")]
    [InlineData("DELETE FROM Msvm_ComputerSystem")]
    [InlineData("SELECT * FROM")]
    [InlineData("SELECT * FROM A WHERE")]
    [InlineData("SELECT * FROM A WHERE B")]
    [InlineData("SELECT * FROM A WHERE B = ")]
    [InlineData("SELECT * FROM A WHERE B = C")]
    [InlineData("SELECT * FROM A WHERE B = 'x")]
    [InlineData("SELECT * FROM A WHERE (B = 1")]
    [InlineData("SELECT * FROM A WHERE B = 1 C")]
    [InlineData("SELECT * FROM A; SELECT * FROM B")]
    [InlineData("ASSOCIATORS OF A")]
    [InlineData("ASSOCIATORS OF {A.B=\"c\"")]
    [InlineData("ASSOCIATORS OF {A.B=\"c\"} WHERE Nonsense=D")]
    [InlineData("REFERENCES OF {A.B=\"c\"} WHERE AssocClass=D")]
    public void What_is_not_wql_is_refused_with_wbem_e_invalid_query(string text) =>
        Assert.Equal(0x80041017, Assert.Throws<WmiException>(() => WqlParser.Parse(text)).Code);

    [Fact]
    public void Text_is_compared_without_case_and_backslashes_are_doubled()
    {
        WmiObject instance = new("X", null, new Dictionary<string, object?> { ["InstanceID"] = @"Microsoft:AB\0\L", ["Big"] = 7UL, ["Flag"] = true, ["Nothing"] = null });
        Assert.True(Holds(@"InstanceID = 'microsoft:ab\\0\\l'"));
        Assert.False(Holds(@"InstanceID = 'Microsoft:AB\0\L'"));
        Assert.True(Holds("InstanceID LIKE 'Microsoft:A%' AND NOT InstanceID LIKE 'A%'"));
        Assert.True(Holds("Big >= 7 AND Big < 8 AND Big = '7' AND Flag = TRUE AND Flag <> FALSE"));
        Assert.True(Holds("Nothing IS NULL AND Big IS NOT NULL AND NOT Nothing = 1"));
        Assert.True(Holds("__CLASS = 'x'"));

        bool Holds(string where) => ((WqlSelect)WqlParser.Parse($"SELECT * FROM X WHERE {where}")).Where!.Holds(instance, (_, _) => false);
    }

    [Theory]
    [InlineData(@"Microsoft:AB\0\L", "plain")]
    [InlineData("with \"quotes\" and , = .", @"\\")]
    public void A_path_comes_back_from_its_text(string first, string second)
    {
        ObjectPath path = ObjectPath.Parse(ObjectPath.Make("HV1", "Some_Class", ("A", first), ("B", second)));
        Assert.Equal("HV1", path.Server);
        Assert.Equal("Some_Class", path.ClassName);
        Assert.Equal([new("A", first), new("B", second)], path.Keys);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("Class.Key")]
    [InlineData("Class.Key=\"open")]
    [InlineData(@"\\HV1\root\cimv2:Class.Key=""x""")]
    public void What_is_no_path_is_refused(string text) =>
        Assert.Equal(0x8004103A, Assert.Throws<WmiException>(() => ObjectPath.Parse(text)).Code);
}
