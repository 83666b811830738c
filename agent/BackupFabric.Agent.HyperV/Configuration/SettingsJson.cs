using System.Text;
using System.Text.Json;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;

namespace BackupFabric.Agent.HyperV.Configuration;

/// <summary>
/// Our own record of a VM's settings, beside the exported definition: every setting object of the checkpoint with all its values, so that
/// the VM can be made again by hand, or by a later version, on a host that refuses the definition.
/// </summary>
internal static class SettingsJson
{
    private static readonly string[] Components =
    [
        nameof(Msvm_ResourceAllocationSettingData), nameof(Msvm_StorageAllocationSettingData), nameof(Msvm_EthernetPortAllocationSettingData),
        nameof(Msvm_SyntheticEthernetPortSettingData), nameof(Msvm_EmulatedEthernetPortSettingData), nameof(Msvm_SyntheticFcPortSettingData),
    ];

    public static async Task<string> OfAsync(IWmi wmi, WmiObject settings, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Write(json, "system", settings);
            json.WriteStartArray("components");
            foreach (var component in Components)
            {
                foreach (var part in await wmi.AssociatorsAsync(settings.PathOf(), nameof(Msvm_VirtualSystemSettingDataComponent), component, cancellation))
                {
                    Write(json, null, part);
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Write(Utf8JsonWriter json, string? name, WmiObject instance)
    {
        if (name is null) json.WriteStartObject();
        else json.WriteStartObject(name);
        json.WriteString("class", instance.ClassName);
        foreach (var (property, value) in instance.Properties.Where(p => p.Value is not null).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(property);
            JsonSerializer.Serialize(json, value is WmiObject embedded ? embedded.ToCimXml() : value);
        }

        json.WriteEndObject();
    }
}
