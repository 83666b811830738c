namespace BackupFabric.BlockStore;

public enum SecretKind
{
    Passphrase,
    KeyFile,
}
