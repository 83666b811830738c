using System.Buffers;
using System.Text;
using Grpc.Core.Utils;

namespace Grpc.Core;

public sealed partial class Metadata
{
    public class Entry
    {
        private static readonly SearchValues<char> KeyCharacters =
            SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");

        private readonly string? _value;
        private readonly byte[]? _valueBytes;

        public Entry(string key, byte[] valueBytes)
        {
            Key = NormalizeKey(key);
            GrpcPreconditions.CheckArgument(
                IsBinaryKey(Key), "Key for binary valued metadata entry needs to have suffix indicating binary value.");
            GrpcPreconditions.CheckNotNull(valueBytes, nameof(valueBytes));
            _valueBytes = [.. valueBytes];
        }

        public Entry(string key, string value)
        {
            Key = NormalizeKey(key);
            GrpcPreconditions.CheckArgument(
                !IsBinaryKey(Key), "Key for ASCII valued metadata entry cannot have suffix indicating binary value.");
            _value = GrpcPreconditions.CheckNotNull(value, nameof(value));
        }

        public string Key { get; }

        public byte[] ValueBytes => _valueBytes is null ? Encoding.ASCII.GetBytes(_value!) : [.. _valueBytes];

        public string Value
        {
            get
            {
                GrpcPreconditions.CheckState(!IsBinary, "Cannot access string value of a binary metadata entry");
                return _value!;
            }
        }

        public bool IsBinary => _value is null;

        public override string ToString() => IsBinary
            ? $"[Entry: key={Key}, valueBytes={_valueBytes}]"
            : $"[Entry: key={Key}, value={_value}]";

        private static bool IsBinaryKey(string key) => key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        private static string NormalizeKey(string key)
        {
            GrpcPreconditions.CheckNotNull(key, nameof(key));
            GrpcPreconditions.CheckArgument(
                key.Length > 0 && !key.AsSpan().ContainsAnyExcept(KeyCharacters),
                "Metadata entry key not valid. Keys can only contain lowercase alphanumeric characters, underscores, hyphens and dots.");
            return key.ToLowerInvariant();
        }
    }
}
