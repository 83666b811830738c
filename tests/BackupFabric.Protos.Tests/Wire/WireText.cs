using System.Text;
using BackupFabric.Protos.V1;
using Google.Protobuf.Reflection;

namespace BackupFabric.Protos.Tests.Wire;

/// <summary>The whole wire contract as text: everything that a peer of another version relies on, and nothing else.</summary>
internal static class WireText
{
    private static readonly FileDescriptor[] Files =
    [
        AgentControlReflection.Descriptor, BlockTransferReflection.Descriptor, CommonReflection.Descriptor, EnrolmentReflection.Descriptor,
    ];

    public static string Print()
    {
        var text = new StringBuilder();
        foreach (var service in Files.SelectMany(file => file.Services).OrderBy(service => service.FullName, StringComparer.Ordinal))
        {
            text.Append($"service {service.FullName}\n");
            foreach (var method in service.Methods)
                text.Append($"  {method.Name}({Flow(method.IsClientStreaming)}{method.InputType.FullName}) -> {Flow(method.IsServerStreaming)}{method.OutputType.FullName}\n");
        }

        foreach (var message in Files.SelectMany(file => file.MessageTypes).OrderBy(message => message.FullName, StringComparer.Ordinal))
            Print(message, text);
        foreach (var type in Files.SelectMany(file => file.EnumTypes).OrderBy(type => type.FullName, StringComparer.Ordinal))
            Print(type, text);
        return text.ToString();
    }

    private static void Print(MessageDescriptor message, StringBuilder text)
    {
        text.Append($"message {message.FullName}\n");
        foreach (var field in message.Fields.InFieldNumberOrder())
        {
            var oneof = field.RealContainingOneof is { } one ? $" in {one.Name}" : "";
            var repeated = field.IsMap ? "map " : field.IsRepeated ? field.IsPacked ? "packed " : "repeated " : "";
            text.Append($"  {field.FieldNumber} {repeated}{TypeOf(field)} {field.Name}{(field.HasPresence && oneof.Length == 0 && field.FieldType != FieldType.Message ? " optional" : "")}{oneof}\n");
        }

        foreach (var nested in message.NestedTypes) Print(nested, text);
        foreach (var nested in message.EnumTypes) Print(nested, text);
    }

    private static void Print(EnumDescriptor type, StringBuilder text)
    {
        text.Append($"enum {type.FullName}\n");
        foreach (var value in type.Values) text.Append($"  {value.Number} {value.Name}\n");
    }

    private static string TypeOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => field.MessageType.FullName,
        FieldType.Enum => field.EnumType.FullName,
        var simple => simple.ToString().ToLowerInvariant(),
    };

    private static string Flow(bool streaming) => streaming ? "stream " : "";
}
