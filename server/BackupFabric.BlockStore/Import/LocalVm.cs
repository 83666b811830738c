using System.Text;

namespace BackupFabric.BlockStore.Import;

/// <summary>VMs that no server knows: a name is the same VM each time it is imported into the same repository.</summary>
public static class LocalVm
{
    public const int NameLengthMax = 512;

    private const string Purpose = "BackupFabric local virtual machine v1\n";

    public static Guid IdOf(Repository repository, string name)
    {
        Span<byte> id = stackalloc byte[32];
        repository.IdKey.IdOf(Encoding.UTF8.GetBytes(Purpose + name)).Write(id);
        return new Guid(id[..16], bigEndian: true);
    }
}
