using System.Reflection;

namespace LoyaltyAdmin.Tests.Support;

public sealed class SqlServerTypesTests
{
    [Fact]
    public void SqlClient_finds_the_assembly_it_loads_while_reading()
    {
        var wanted = typeof(Microsoft.Data.SqlClient.SqlConnection).Assembly.GetReferencedAssemblies()
            .Single(name => name.Name == "Microsoft.SqlServer.Server");

        Assembly.Load(wanted).GetType("Microsoft.SqlServer.Server.SqlUserDefinedTypeAttribute").ShouldNotBeNull();
    }
}
