using System.Text.Json.Serialization;

namespace BackupFabric.Agent.Orders;

[JsonSerializable(typeof(Dictionary<Guid, ulong>))]
internal sealed partial class OrdersJson : JsonSerializerContext;
