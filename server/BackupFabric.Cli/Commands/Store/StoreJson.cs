using System.Text.Json;
using System.Text.Json.Serialization;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>Made when bf is built: at run time nothing has to be found out about the types, which would take longer than opening a repository.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CreatedView))]
[JsonSerializable(typeof(ImportView))]
[JsonSerializable(typeof(List<RangeView>))]
[JsonSerializable(typeof(StoredPointView))]
[JsonSerializable(typeof(List<StoredPointView>))]
[JsonSerializable(typeof(RestoreView))]
[JsonSerializable(typeof(StatsView))]
[JsonSerializable(typeof(TrashedPointView))]
[JsonSerializable(typeof(List<TrashedPointView>))]
[JsonSerializable(typeof(PruneView))]
[JsonSerializable(typeof(CollectView))]
[JsonSerializable(typeof(VerifyView))]
[JsonSerializable(typeof(RebuildView))]
[JsonSerializable(typeof(List<SecretView>))]
[JsonSerializable(typeof(RotatedView))]
internal sealed partial class StoreJson : JsonSerializerContext
{
    /// <summary>As the rest of bf prints.</summary>
    public static StoreJson Wire { get; } = new(new JsonSerializerOptions(Printer.JsonOptions) { RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict });
}
