using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace BackupFabric.Server.Start;

internal sealed class BlockMemoryPoolFactory : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new BlockMemoryPool();
}
