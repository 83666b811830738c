using System.Text.Json;
using BackupFabric.Agent.Lab.DataCenter;

namespace BackupFabric.Agent.Lab.Storage;

/// <summary>.vmcx files. Their inside is the lab's own; to the agent they are as opaque as Hyper-V's.</summary>
internal static class DefinitionFile
{
    private static readonly byte[] Magic = "BFLAB-VMCX-1\n"u8.ToArray();

    public static void Write(string local, VmDocument vm, VmSettings settings)
    {
        VmDefinition definition = new() { VmId = vm.Id, Settings = settings, Guest = vm.Guest };
        Directory.CreateDirectory(Path.GetDirectoryName(local)!);
        File.WriteAllBytes(local, [.. Magic, .. JsonSerializer.SerializeToUtf8Bytes(definition, LabJson.Default.VmDefinition)]);
    }

    /// <summary>The runtime and guest state that belong beside a definition.</summary>
    public static void WriteStates(string definitionLocal, VmSettings settings)
    {
        File.WriteAllBytes(Path.ChangeExtension(definitionLocal, ".vmrs"), "BFLAB-VMRS-1\n"u8.ToArray());
        if (settings.Generation == 2)
            File.WriteAllBytes(Path.ChangeExtension(definitionLocal, ".vmgs"), "BFLAB-VMGS-1\n"u8.ToArray());
    }

    /// <summary>Null when the file is not a definition.</summary>
    public static VmDefinition? TryRead(string local)
    {
        byte[] bytes = File.ReadAllBytes(local);
        if (!bytes.AsSpan().StartsWith(Magic))
            return null;
        try
        {
            return JsonSerializer.Deserialize(bytes.AsSpan(Magic.Length), LabJson.Default.VmDefinition);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
