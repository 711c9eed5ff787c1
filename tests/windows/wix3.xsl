<?xml version="1.0" encoding="utf-8"?>
<!--
  The WiX 4 source of the MSI in the dialect of WiX 3, which msitools' wixl reads: the same elements under their older names, with nothing added
  to the lists of files, directories and actions. Only for the smoke test; what ships is made with WiX itself.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:w="http://wixtoolset.org/schemas/v4/wxs" xmlns="http://schemas.microsoft.com/wix/2006/wi"
    exclude-result-prefixes="w">
  <xsl:param name="arch" />
  <xsl:output indent="yes" encoding="utf-8" />
  <xsl:strip-space elements="*" />

  <xsl:template match="w:*">
    <xsl:element name="{local-name()}">
      <xsl:apply-templates select="@* | node()" />
    </xsl:element>
  </xsl:template>
  <xsl:template match="@*">
    <xsl:copy />
  </xsl:template>
  <!-- wixl has no variable for the architecture. -->
  <xsl:template match="processing-instruction()[contains(., '$(sys.BUILDARCH)')]">
    <xsl:processing-instruction name="{name()}">
      <xsl:value-of select="concat(substring-before(., '$(sys.BUILDARCH)'), '&quot;', $arch, '&quot;', substring-after(., '$(sys.BUILDARCH)'))" />
    </xsl:processing-instruction>
  </xsl:template>
  <xsl:template match="processing-instruction()">
    <xsl:copy />
  </xsl:template>

  <xsl:template match="w:Package">
    <Product Id="*">
      <xsl:copy-of select="@Name | @Manufacturer | @Version | @Language | @Codepage | @UpgradeCode" />
      <Package InstallScope="{@Scope}" InstallerVersion="{@InstallerVersion}" Compressed="{@Compressed}">
        <xsl:attribute name="Description"><xsl:value-of select="w:SummaryInformation/@Description" /></xsl:attribute>
        <xsl:attribute name="Manufacturer"><xsl:value-of select="@Manufacturer" /></xsl:attribute>
      </Package>
      <xsl:apply-templates />
    </Product>
  </xsl:template>
  <xsl:template match="w:SummaryInformation" />

  <!-- Not in wixl: when the old version is removed, properties that are set in the sequence, and actions that only show an error. -->
  <xsl:template match="w:SetProperty" />
  <xsl:template match="w:MajorUpgrade/@Schedule | w:MajorUpgrade/@AllowSameVersionUpgrades" />
  <xsl:key name="errors" match="w:CustomAction[@Error]" use="@Id" />
  <xsl:template match="w:CustomAction[@Error] | w:Custom[key('errors', @Action)]" priority="2" />

  <xsl:template match="w:Launch">
    <Condition Message="{@Message}"><xsl:value-of select="@Condition" /></Condition>
  </xsl:template>

  <xsl:template match="w:StandardDirectory">
    <Directory Id="TARGETDIR" Name="SourceDir">
      <xsl:variable name="id">
        <xsl:choose>
          <xsl:when test="contains(@Id, '6432') and $arch = 'x64'"><xsl:value-of select="concat(substring-before(@Id, '6432'), '64Folder')" /></xsl:when>
          <xsl:when test="contains(@Id, '6432')"><xsl:value-of select="concat(substring-before(@Id, '6432'), 'Folder')" /></xsl:when>
          <xsl:otherwise><xsl:value-of select="@Id" /></xsl:otherwise>
        </xsl:choose>
      </xsl:variable>
      <xsl:choose>
        <xsl:when test="@Id = 'TARGETDIR'"><xsl:apply-templates /></xsl:when>
        <xsl:otherwise>
          <Directory Id="{$id}"><xsl:apply-templates /></Directory>
        </xsl:otherwise>
      </xsl:choose>
    </Directory>
  </xsl:template>

  <xsl:template match="w:Component">
    <Component>
      <xsl:apply-templates select="@*" />
      <xsl:if test="$arch = 'x64'"><xsl:attribute name="Win64">yes</xsl:attribute></xsl:if>
      <xsl:apply-templates select="node()" />
    </Component>
  </xsl:template>

  <xsl:template match="w:Feature">
    <Feature Level="1" Absent="disallow">
      <xsl:copy-of select="@Id | @Title" />
      <xsl:apply-templates select="node()" />
    </Feature>
  </xsl:template>

  <xsl:template match="@FileRef">
    <xsl:attribute name="FileKey"><xsl:value-of select="." /></xsl:attribute>
  </xsl:template>
  <xsl:template match="w:Custom">
    <Custom>
      <xsl:apply-templates select="@*[name() != 'Condition']" />
      <xsl:value-of select="@Condition" />
    </Custom>
  </xsl:template>
</xsl:stylesheet>
