using System.CommandLine;
using System.Text;
using BackupFabric.Agent.Service.Commands;

Console.OutputEncoding = Encoding.UTF8;
return await CommandTree.Create().Parse(args).RunAsync();
