using System.Text.Json.Serialization;
using BackupFabric.BlockStore.Points;

namespace BackupFabric.BlockStore.Identity;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RepositoryBody))]
[JsonSerializable(typeof(OwnerBody))]
[JsonSerializable(typeof(ManifestBody))]
internal sealed partial class StoreJson : JsonSerializerContext;
